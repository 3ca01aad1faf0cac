"""`gateway vault rotate` over a real database, with a key ring in a file."""

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.stores import SqlStore
from tests.custody.grants import BOTH, NEW, OLD, damaged, grant, vault_of, within
from tests.openbao import ROOT_TOKEN, openbao_server


class Vault:
    def __init__(self, folder: Path, settings: str = "") -> None:
        self.url = f"sqlite:///{folder}/gateway.db"
        self.ring = folder / "vault.keys"
        self.config = folder / "integrations.yaml"
        settings = settings or f"{{use: local, file: {self.ring}}}"
        self.config.write_text(
            f'version: 1\nserver: {{storage: "{self.url}", vault: {settings}}}\nintegrations: {{}}\n'
        )

    def holds(self, keys: str) -> None:
        self.ring.write_text(keys.replace(",", "\n"))
        self.ring.chmod(0o600)

    def seed(self, number: int) -> None:
        async def work(store: SqlStore) -> None:
            for index in range(number):
                await store.connections.add(await grant(vault_of(OLD), f"c{index:03}"))

        within(self.url, work)

    def ask(self, *words: str, command: str = "vault rotate") -> Result:
        return CliRunner().invoke(main, [*command.split(), *words, "-c", str(self.config)])


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def test_the_status_tells_the_keys_and_changes_nothing(vault: Vault) -> None:
    vault.holds(BOTH)
    vault.seed(3)

    for _ in range(2):
        told = vault.ask("--status")
        assert (told.exit_code, told.stdout) == (0, "k2  0 records  (seals)\nk1  3 records\n")
    assert json.loads(vault.ask("--status", "--json").stdout) == {"seals": "k2", "keys": {"k1": 3}}


def test_a_rotation_seals_everything_anew_and_stands_in_the_audit_trail(vault: Vault) -> None:
    vault.holds(BOTH)
    vault.seed(25)
    told = vault.ask("--batch", "10")

    assert (told.exit_code, told.stdout) == (0, "k2  25 records  (seals)\n")
    assert "25 records sealed anew with `k2`" in told.stderr
    vault.holds(NEW)
    assert within(vault.url, lambda store: damaged(store, vault_of(NEW))) == []
    assert vault.ask("--status").stdout == "k2  25 records  (seals)\n"
    (entry,) = json.loads(vault.ask("--json", command="audit").stdout)
    assert (entry["action"], entry["target"], entry["detail"]) == ("vault.rotated", "k2", {"changed": 25})


def test_what_does_not_open_is_told_by_its_id(vault: Vault) -> None:
    vault.holds(BOTH)
    vault.seed(2)

    async def moved(store: SqlStore) -> None:
        one = await grant(vault_of(OLD), "c009")
        await store.connections.add(msgspec.structs.replace(one, user="somebody else"))

    within(vault.url, moved)
    told = vault.ask()

    assert (told.exit_code, told.stdout) == (1, "k2  2 records  (seals)\nk1  1 records\n")
    assert "the connection c009 does not open with any key of this vault" in told.stderr


def test_without_the_keys_nothing_is_done_and_no_key_is_told(vault: Vault) -> None:
    vault.seed(1)
    missing = vault.ask()
    vault.ring.write_text("k1:mark-of-a-key")
    wrong = vault.ask()

    assert (missing.exit_code, wrong.exit_code) == (2, 2)
    assert "vault.keys cannot be read: No such file or directory" in missing.stderr
    assert "the vault's key `k1` is not 32 bytes in base64" in wrong.stderr
    assert "mark" not in wrong.output


def test_keys_and_the_password_of_the_database_may_lie_in_a_vault_themselves(tmp_path: Path) -> None:
    with openbao_server() as bao:
        bao.put("gateway", ring=BOTH, file=f"{tmp_path}/gateway.db")
        vault = Vault(tmp_path, '{use: local, keys: "${vault:secret/gateway#ring}"}')
        vault.seed(2)
        vault.config.write_text(
            vault.config.read_text().replace(f"{tmp_path}/gateway.db", "${vault:secret/gateway#file}")
        )
        environ = {"VAULT_ADDR": bao.url, "VAULT_TOKEN": ROOT_TOKEN}
        told = CliRunner().invoke(main, ["vault", "rotate", "-c", str(vault.config)], env=environ)
        listed = CliRunner().invoke(main, ["audit", "-c", str(vault.config)], env=environ)

    assert (told.exit_code, told.stdout) == (0, "k2  2 records  (seals)\n"), told.output
    assert "vault.rotated" in listed.stdout
