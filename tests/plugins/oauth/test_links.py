"""A link connects the user whom it was made for: once, within ten minutes, from its own page."""

import pytest

from gateway_oauth.flow import form_token, new_cookie
from tests.plugins.oauth.answering import COOKIE, begun, brought, browser_of, refused
from tests.plugins.oauth.house import PUBLIC, House


def test_a_link_works_once(house: House) -> None:
    link = house.link()
    with browser_of(house) as browser, browser_of(house) as other:
        page = browser.get(link)
        begun(other, link)
        assert refused(browser.submit(page), "This link works no more")
        assert refused(browser.get(link), "This link works no more")


def test_looking_at_it_does_not_use_it_up(house: House) -> None:
    link = house.link()
    with browser_of(house) as browser:
        assert [browser.get(link).status_code for _ in range(3)] == [200] * 3


def test_it_works_for_ten_minutes(house: House) -> None:
    link, late = house.link(), house.link()
    with browser_of(house) as browser:
        page = browser.get(late)
        house.later(599)
        assert browser.get(link).status_code == 200
        house.later(2)
        assert refused(browser.get(link), "This link works no more")
        assert refused(browser.submit(page), "This link works no more")


@pytest.mark.parametrize("ticket", ["x", "x" * 43, "%00", "callback%2F", "..%2f", "é"])
def test_one_that_was_made_up_leads_nowhere(house: House, ticket: str) -> None:
    with browser_of(house) as browser:
        assert refused(browser.get(f"{PUBLIC}/connect/{ticket}"), "This link works no more")


def test_it_connects_the_user_whom_it_was_made_for_and_nobody_else(house: House) -> None:
    with browser_of(house) as browser:
        brought(browser, house, "ann")
        brought(browser, house, "bob", login_hint="eve")

    found = house.run(house.kit.stored.connections.every())
    assert {one.user for one in found} == {"ann", "bob"}
    assert len({one.id for one in found}) == 2


def test_a_user_who_connects_again_keeps_the_connection(house: House) -> None:
    with browser_of(house) as browser:
        brought(browser, house)
        (before,) = house.run(house.kit.stored.connections.every())
        brought(browser, house)

    (after,) = house.run(house.kit.stored.connections.every())
    entries = house.run(house.kit.stored.audit.every())
    assert (after.id, after.created_at, after.version) == (before.id, before.created_at, 2)
    assert [entry.action for entry in entries] == ["connection.reconnected", "connection.connected"]


def test_it_works_only_where_the_browser_was_given_the_page(house: House) -> None:
    link = house.link()
    with browser_of(house) as browser, browser_of(house) as other:
        page = browser.get(link)
        assert refused(other.submit(page), "This page was not opened here")
        assert browser.submit(page).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"{PUBLIC}.evil.example"},
        {"origin": PUBLIC.replace("https", "http")},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_of_another_site_presses_it_for_nobody(house: House, fields: dict[str, str]) -> None:
    link = house.link()
    with browser_of(house) as browser:
        browser.get(link)
        cookie = browser.cookies[COOKIE]
        token = form_token(cookie, link.rpartition("/")[2])
        answer = browser.post(link, {"token": token}, fields)
        assert refused(answer, "This page was not opened here")
        assert browser.post(link, {"token": token}, {"origin": PUBLIC}).status_code == 200


def test_a_token_of_another_link_or_browser_does_not_fit(house: House) -> None:
    link, ticket = (made := house.link()), made.rpartition("/")[2]
    with browser_of(house) as browser:
        browser.get(link)
        cookie = browser.cookies[COOKIE]
        for token in ("", form_token(cookie, "another"), form_token(new_cookie(), ticket)):
            assert refused(browser.post(link, {"token": token}, {}), "This page was not opened here")


def test_a_link_for_a_user_named_as_a_key_connects_nothing_to_that_key(house: House) -> None:
    key = "gwk_live_0123456789"
    with browser_of(house) as browser:
        brought(browser, house, key)

    (connection,) = house.run(house.kit.stored.connections.every())
    assert connection.user == f"user:{key}"
    assert f"user:{key}" in _page_of(house, key)


def _page_of(house: House, user: str) -> str:
    with house.caller() as caller, browser_of(house) as browser:
        told = caller.post("/connect-links", json={"provider": "acme", "user": user}).json()
        return browser.get(told["connect_url"]).text
