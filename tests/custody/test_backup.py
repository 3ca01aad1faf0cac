"""A back-up of the database and of the vault's keys, taken while it is written to, is a gateway's whole memory."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.contract import Unsealable
from gateway.stored import Key
from gateway.stores import SqlStore
from gateway_vault.ring import parse, written
from tests.custody.grants import BOTH, NEW, OLD, damaged, everything, grant, renew, vault_of, within
from tests.postgres import BINARIES, Postgres

RECORDS = 40
KEY = Key(id="gwk_live_1", digest=b"d" * 32, name="app", scopes=("*",), created_at=1.0)


async def filled(store: SqlStore) -> None:
    """Records under two keys, and the digest of a caller's key."""
    for index in range(RECORDS):
        await store.connections.add(await grant(vault_of(OLD if index % 2 else NEW), f"c{index:02}"))
    await store.keys.add(KEY)


def keys_in(folder: Path, ring: str) -> Path:
    file = folder / "vault.keys"
    file.write_text(written(parse(ring)))
    file.chmod(0o600)
    return file


def is_whole(url: str, ring: str) -> None:
    """Every record opens, with what was restored and nothing else."""

    async def work(store: SqlStore) -> tuple[int, list[str], Key | None]:
        return len(await everything(store)), await damaged(store, vault_of(ring)), await store.keys.find(KEY.id)

    assert within(url, work) == (RECORDS, [], KEY)


def serves(folder: Path, url: str, keys: Path) -> None:
    """The commands work there as they did before."""
    config = folder / "integrations.yaml"
    vault = f"{{use: local, file: {keys}}}"
    config.write_text(f'version: 1\nserver: {{storage: "{url}", vault: {vault}}}\nintegrations: {{}}\n')
    checked = CliRunner().invoke(main, ["db", "check", "-c", str(config)])
    rotated = CliRunner().invoke(main, ["vault", "rotate", "-c", str(config)])

    assert checked.stdout.startswith("current: "), checked.output
    assert (rotated.exit_code, rotated.stdout) == (0, f"k2  {RECORDS} records  (seals)\n"), rotated.output


def test_a_file_is_copied_while_it_is_written_to(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    url = f"sqlite:///{there}/gateway.db"

    async def work(store: SqlStore) -> None:
        await filled(store)
        for index in range(RECORDS):
            await renew(store, vault_of(BOTH), f"c{index:02}")
            if index == RECORDS // 2:
                with sqlite3.connect(there / "gateway.db") as database:
                    database.execute("VACUUM INTO ?", (str(here / "gateway.db"),))
                database.close()

    within(url, work)
    keys = keys_in(there, BOTH)
    shutil.copy(keys, here / "vault.keys")
    shutil.rmtree(there)

    is_whole(f"sqlite:///{here}/gateway.db", (here / "vault.keys").read_text())
    serves(here, f"sqlite:///{here}/gateway.db", here / "vault.keys")


def test_a_dump_of_postgresql_is_restored_into_an_empty_one(postgres: Postgres, tmp_path: Path) -> None:
    source, target = postgres.database("backed_up"), postgres.database("restored")
    within(source, filled)
    dump = tmp_path / "gateway.dump"
    for command in (
        [str(BINARIES / "pg_dump"), "--format=custom", f"--file={dump}", source],
        [str(BINARIES / "pg_restore"), "--exit-on-error", "--no-owner", f"--dbname={target}", str(dump)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    is_whole(target, BOTH)
    serves(tmp_path, target, keys_in(tmp_path, BOTH))


def test_a_back_up_without_its_keys_is_worth_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/gateway.db"
    within(url, filled)
    with pytest.raises(Unsealable, match="sealed with the key `k1`, which is not among the vault's keys"):
        is_whole(url, NEW)
