"""`gateway audit`: what was done stands there, with who did it, and without a secret."""

import getpass
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.stored import Entry
from gateway.stores import SqlStore
from tests.custody.grants import within


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = tmp_path / "integrations.yaml"
    config.write_text(f'version: 1\nserver: {{storage: "sqlite:///{tmp_path}/gateway.db"}}\nintegrations: {{}}\n')
    return config


def ask(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "-c", str(config)])


def test_what_is_done_to_keys_is_listed_with_who_did_it_and_no_key(config: Path) -> None:
    secret = ask(config, "keys", "create", "calendar app").stdout.strip()
    which = json.loads(ask(config, "keys", "list", "--json").stdout)[0]["id"]
    successor = ask(config, "keys", "rotate", which).stdout.strip()
    ask(config, "keys", "revoke", which)
    told, found = ask(config, "audit"), json.loads(ask(config, "audit", "--json").stdout)

    assert [entry["action"] for entry in found] == ["key.revoked", "key.rotated", "key.made"]
    assert {(entry["who"], entry["target"]) for entry in found} == {(getpass.getuser(), which)}
    assert found[2]["detail"] == {"name": "calendar app", "scopes": ["*"]}
    assert f'key.made              {which}  by {getpass.getuser()}  name=calendar app scopes=["*"]' in told.stdout
    assert secret not in told.output + json.dumps(found)
    assert successor not in told.output + json.dumps(found)


def test_it_is_narrowed_by_time_by_action_and_by_number(config: Path) -> None:
    async def work(store: SqlStore) -> None:
        for action, hours in (("key.made", 1), ("key.revoked", 30), ("cache.purged", 2)):
            at = time.time() - hours * 3600
            await store.audit.note(Entry(at=at, who="10.0.0.1", action=action, target="x", address="10.0.0.1"))

    within(f"sqlite:///{config.parent}/gateway.db", work)

    def actions(*words: str) -> list[str]:
        return [entry["action"] for entry in json.loads(ask(config, "audit", "--json", *words).stdout)]

    assert actions() == ["key.made", "cache.purged"]
    assert actions("--since", "2d", "--action", "key.") == ["key.made", "key.revoked"]
    assert actions("--most", "1") == ["key.made"]
    assert "by 10.0.0.1\n" in ask(config, "audit", "--action", "cache.").stdout


def test_a_wrong_duration_is_told(config: Path) -> None:
    told = ask(config, "audit", "--since", "yesterday")

    assert told.exit_code == 2
    assert "expected a duration with a unit" in told.stderr
