"""Who runs the gateway sees every connection and may end it: on the admin listener, and with `gateway connections`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway_oauth.commands import connections
from gateway_oauth.offers import PAGES
from tests.plugins.oauth.answering import browser_of
from tests.plugins.oauth.house import PUBLIC, House
from tests.plugins.oauth.window import window
from tests.provider import OidcProvider

TOKEN = "access_token"


@pytest.fixture(name="which")
def connected(at_provider: House) -> str:
    """The id of Ann's connection at the real provider."""
    with browser_of(at_provider) as browser:
        browser.consent(at_provider.link("ann"), "ann@acme")
    found = at_provider.run(at_provider.kit.stored.connections.find("acme", "ann"))
    return str(found.id)


@pytest.fixture(name="asked")
def command_line(at_provider: House) -> Iterator[Any]:
    """Runs `gateway connections …` against the house."""
    with window(at_provider) as address:
        environ = {"GATEWAY_ADMIN_BIND": address.removeprefix("http://")}

        def asked(*words: str) -> Result:
            return CliRunner().invoke(connections, words, env=environ)

        yield asked


def test_all_of_them_are_listed(at_provider: House, which: str, asked: Any) -> None:
    with at_provider.caller() as caller:
        caller.put("/connections/voice", json={"secret": "x"})

    listed = asked("list")
    assert f"{which}  active        acme  ann\n" in listed.stdout
    assert listed.stdout.count("\n") == 2
    assert asked("list", "--user", "nobody").stdout == ""
    assert [one["id"] for one in json.loads(asked("list", "--provider", "acme", "--json").stdout)] == [which]


def test_a_list_that_is_longer_than_a_page_is_whole(at_provider: House, asked: Any) -> None:
    for number in range(103):
        with at_provider.caller(user=f"user-{number}") as caller:
            caller.put("/connections/voice", json={"secret": "x"})

    assert asked("list").stdout.count("\n") == 103


def test_one_is_shown_without_its_tokens(at_provider: House, which: str, asked: Any) -> None:
    said = asked("show", which)

    assert "status          active\n" in said.stdout
    assert "scopes          calendar.events mail.send\n" in said.stdout
    assert TOKEN not in said.stdout
    assert json.loads(asked("show", which, "--json").stdout)["user"] == "ann"


def test_a_test_asks_nobody_while_there_is_a_token_that_should_work(
    at_provider: House, strict: OidcProvider, which: str, asked: Any
) -> None:
    strict.forget()

    assert asked("test", which).exit_code == 0
    assert strict.seen().tokens == ()


def test_a_refresh_says_where_the_user_mends_it(
    at_provider: House, strict: OidcProvider, which: str, asked: Any
) -> None:
    assert asked("refresh", which).exit_code == 0
    strict.revoke("ann@acme")
    said = asked("refresh", which)

    assert said.exit_code == 1
    assert "error: `ann` has to connect an account at `acme` again: invalid_grant" in said.stderr
    assert f"he can do so at {PUBLIC}/connect/" in said.stderr
    assert asked("test", which).exit_code == 1
    assert "needs_reauth" in asked("list").stdout


def test_one_that_is_revoked_is_given_back_and_its_user_may_connect_again(
    at_provider: House, strict: OidcProvider, which: str, asked: Any
) -> None:
    strict.forget()
    said = asked("revoke", which)
    (entry, *_) = at_provider.run(at_provider.kit.stored.audit.every())

    assert "status          revoked\nreason          ended by the operator\n" in said.stdout
    assert strict.seen().revocations == 1
    assert at_provider.run(at_provider.kit.stored.connections.get(which)).sealed == b""
    assert (entry.action, entry.target) == ("connection.revoked", which)
    with browser_of(at_provider) as browser:
        browser.consent(at_provider.link("ann"), "ann@acme")
    assert json.loads(asked("show", which, "--json").stdout)["status"] == "active"


def test_one_that_is_not_there_is_said_to_be_missing(asked: Any) -> None:
    for order in ("show", "test", "refresh", "revoke"):
        said = asked(order, "con_/../x")
        assert (said.exit_code, said.stderr) == (1, "error: there is no connection `con_/../x`\n")


def test_without_a_gateway_it_says_so() -> None:
    said = CliRunner().invoke(connections, ["list"], env={"GATEWAY_ADMIN_BIND": "127.0.0.1:1"})

    assert said.exit_code == 69
    assert said.stderr.startswith("error: no gateway answers at http://127.0.0.1:1 (")


def test_who_has_no_access_to_the_admin_listener_has_none_to_these_pages() -> None:
    assert {page.who for page in PAGES if page.path.startswith("/admin/")} == {"admin"}
    assert {page.who for page in PAGES if page.path.startswith("/connections")} == {"caller"}
