"""What a browser brings back from the provider is taken once, from the same browser, and whole."""

import sqlite3
from contextlib import closing

import httpx
import pytest

from tests.plugins.oauth.answering import CODE, back, begun, brought, browser_of, connections, refused
from tests.plugins.oauth.dealing import MARK, Provided, handed
from tests.plugins.oauth.house import CALLBACK, PUBLIC, House
from tests.provider import Browser


def test_without_state_nothing_is_taken(house: House, provided: Provided) -> None:
    with browser_of(house) as browser:
        begun(browser, house.link())
        assert refused(back(browser, state=""), "This answer belongs to nothing that was begun")

    assert provided.codes == []


def test_a_state_that_was_made_up_is_refused(house: House) -> None:
    with browser_of(house) as browser:
        begun(browser, house.link())
        assert refused(back(browser, state="x" * 43), "This answer belongs to nothing that was begun")


def test_a_state_works_once(house: House, provided: Provided) -> None:
    with browser_of(house) as browser:
        start = begun(browser, house.link())
        assert back(browser, state=start.state).status_code == 200
        again = back(browser, state=start.state)

    assert refused(again, "This answer belongs to nothing that was begun")
    assert len(provided.codes) == 1


def test_a_state_that_failed_is_used_up_too(house: House) -> None:
    with browser_of(house) as browser:
        start = begun(browser, house.link())
        back(browser, state=start.state, error="access_denied", code="")
        assert refused(back(browser, state=start.state), "This answer belongs to nothing that was begun")


def test_it_comes_within_ten_minutes(house: House) -> None:
    with browser_of(house) as browser:
        start = begun(browser, house.link())
        house.later(601)
        assert refused(back(browser, state=start.state), "This answer belongs to nothing that was begun")


def test_another_browser_cannot_bring_it(house: House, provided: Provided) -> None:
    with browser_of(house) as browser, browser_of(house) as other, browser_of(house) as third:
        mine, theirs = begun(browser, house.link()), begun(other, house.link("eve"))
        assert refused(back(other, state=mine.state), "This was begun in another browser")
        assert refused(back(third, state=theirs.state), "This was begun in another browser")

    assert provided.codes == []
    assert connections(house) == 0


@pytest.mark.parametrize("name", ["access_token", "id_token", "token", "refresh_token"])
def test_a_token_in_the_address_is_never_taken(house: House, name: str) -> None:
    with browser_of(house) as browser:
        answer = brought(browser, house, **{name: MARK})

    assert refused(answer, "This answer is not one that the gateway takes")
    assert MARK not in answer.text


@pytest.mark.parametrize("name", ["state", "code", "iss", "error"])
def test_what_is_said_twice_is_not_believed_once(house: House, name: str) -> None:
    with browser_of(house) as browser:
        start = begun(browser, house.link())
        fields = [("state", start.state), ("code", CODE), (name, "x"), (name, "y")]
        answer = browser.get(str(httpx.URL(CALLBACK, params=fields)))

    assert refused(answer, "This answer is not one that the gateway takes")


def test_neither_code_nor_error_is_no_answer(house: House) -> None:
    with browser_of(house) as browser:
        answer = brought(browser, house, code="")

    assert refused(answer, "This answer is not one that the gateway takes")


def test_what_was_not_granted_is_told(house: House, provided: Provided) -> None:
    provided.handed = handed("calendar.events")
    with browser_of(house) as browser:
        page = brought(browser, house)

    assert page.status_code == 200
    assert "<li><code>mail.send</code></li>" in page.text


def test_who_makes_states_and_links_up_does_not_make_the_database_write(house: House) -> None:
    """While somebody else has it for himself, what would have to write has to wait."""
    with (
        closing(sqlite3.connect(house.folder / "gateway.db", isolation_level=None)) as other,
        Browser(house.doors) as browser,
    ):
        other.execute("BEGIN IMMEDIATE")
        assert refused(back(browser, state="x" * 43), "This answer belongs to nothing that was begun")
        assert refused(browser.get(f"{PUBLIC}/connect/{'x' * 43}"), "This link works no more")
