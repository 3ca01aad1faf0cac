"""`gateway keys` over a real database."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.callers.keys import id_of
from gateway.cli import main


class Keys:
    def __init__(self, folder: Path) -> None:
        self.config = folder / "integrations.yaml"
        self.config.write_text(
            f'version: 1\nserver: {{storage: "sqlite:///{folder}/gateway.db"}}\nintegrations: {{}}\n'
        )

    def ask(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["keys", *words, "-c", str(self.config)])

    def made(self, *words: str) -> tuple[str, str]:
        """The key and its id."""
        secret = self.ask("create", *words).stdout.strip()
        found = id_of(secret)
        assert found is not None
        return secret, found

    def listed(self) -> dict[str, Any]:
        return {key["id"]: key for key in json.loads(self.ask("list", "--json").stdout)}


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def test_a_key_is_shown_once(keys: Keys) -> None:
    secret, made = keys.made("calendar app", "--scope", "crm.*", "--scope", "act-as")
    listed = keys.ask("list")

    assert made in listed.stdout
    assert secret not in listed.output + keys.ask("list", "--json").output
    assert keys.listed()[made]["scopes"] == ["crm.*", "act-as"]
    assert keys.listed()[made]["state"] == "in use"


def test_a_key_for_trying_out_shows_what_it_is(keys: Keys) -> None:
    assert keys.made("app", "--test")[0].startswith("gwk_test_")


def test_rotating_leaves_the_old_key_for_the_overlap(keys: Keys) -> None:
    _, old = keys.made("app", "--scope", "crm.*")
    secret = keys.ask("rotate", old, "--overlap", "2h").stdout.strip()
    listed = keys.listed()
    new = id_of(secret)

    assert new is not None
    assert (listed[old]["successor"], listed[old]["state"]) == (new, "in use")
    ends = time.strptime(listed[old]["expires_at"], "%Y-%m-%dT%H:%M:%SZ")
    made = time.strptime(listed[new]["created_at"], "%Y-%m-%dT%H:%M:%SZ")
    assert time.mktime(ends) - time.mktime(made) == pytest.approx(7200, abs=5)
    assert listed[new]["scopes"] == ["crm.*"]


def test_a_revoked_key_is_told_as_such_and_has_no_successor(keys: Keys) -> None:
    _, made = keys.made("app")

    assert keys.ask("revoke", made).exit_code == 0
    assert keys.listed()[made]["state"] == "revoked"
    assert keys.ask("rotate", made).exit_code == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("create", "app", "--scope", "bad scope"), 2, "`bad scope` is no scope: write `*`, `integration.*`"),
        (("create", "app", "--expires", "9"), 2, "expected a duration with a unit, such as `10s`, got `9`"),
        (("rotate", "gwk_live_0"), 1, "there is no key `gwk_live_0` in use"),
        (("revoke", "gwk_live_0"), 1, "there is no key `gwk_live_0`"),
    ],
)
def test_what_cannot_be_done_is_told(keys: Keys, words: tuple[str, ...], code: int, said: str) -> None:
    told = keys.ask(*words)

    assert (told.exit_code, told.stdout) == (code, "")
    assert said in told.stderr
