"""A user connects an account: in the same browser, once, with PKCE, at the provider and with the answer it gave."""

import base64
import hashlib
from urllib.parse import parse_qsl, urlsplit

import msgspec

from gateway.contract import Catalog
from gateway_oauth.settings import OAuth
from tests.plugins.oauth.answering import CODE, COOKIE, back, begun, brought, browser_of
from tests.plugins.oauth.dealing import MARK, Provided
from tests.plugins.oauth.house import CALLBACK, House, declared, provider


def test_a_code_of_the_provider_becomes_a_connection_of_the_user(house: House, provided: Provided) -> None:
    with browser_of(house) as browser:
        page = brought(browser, house)

    (found,) = house.run(house.kit.stored.connections.every())
    assert page.status_code == 200
    assert "<h1>Connected</h1>" in page.text
    assert (found.provider, found.user, found.status, found.version) == ("acme", "ann", "active", 1)
    assert found.scopes == ("calendar.events", "mail.send")
    assert [code.code for code in provided.codes] == [CODE]
    assert provided.changed == [found.id]


def test_no_token_lies_open_anywhere(house: House) -> None:
    with browser_of(house) as browser:
        page = brought(browser, house)

    (found,) = house.run(house.kit.stored.connections.every())
    entries = house.run(house.kit.stored.audit.every())
    assert MARK.encode() not in found.sealed
    assert MARK not in f"{page.text}{page.headers}{entries}"
    assert [(entry.action, entry.target, entry.who) for entry in entries] == [("connection.connected", found.id, "crm")]


def test_the_provider_is_asked_for_the_least_scopes_with_a_challenge_and_the_exact_redirect_uri(house: House) -> None:
    with browser_of(house) as browser:
        asked = begun(browser, house.link()).asked

    assert asked.keys() == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method",
    }  # fmt: skip
    assert asked["redirect_uri"] == CALLBACK
    assert asked["response_type"] == "code"
    assert asked["scope"] == "calendar.events mail.send"
    assert asked["code_challenge_method"] == "S256"


def test_the_verifier_belongs_to_the_challenge(house: House, provided: Provided) -> None:
    with browser_of(house) as browser:
        start = begun(browser, house.link())
        back(browser, state=start.state)

    (code,) = provided.codes
    challenge = base64.urlsafe_b64encode(hashlib.sha256(code.verifier.encode()).digest()).decode().rstrip("=")
    assert challenge == start.asked["code_challenge"]
    assert len(code.verifier) == 43


def test_every_flow_has_its_own_state_and_verifier(house: House, provided: Provided) -> None:
    with browser_of(house) as browser:
        starts = [begun(browser, house.link()) for _ in range(3)]
        for start in reversed(starts):
            assert back(browser, state=start.state).status_code == 200

    assert len({start.state for start in starts}) == len({code.verifier for code in provided.codes}) == 3


def test_what_is_kept_between_the_pages_holds_no_secret(house: House) -> None:
    with browser_of(house) as browser:
        link = house.link()
        start = begun(browser, link)
        cookie = browser.cookies[COOKIE]

    raw = b"".join(file.read_bytes() for file in house.folder.iterdir())
    assert link.rpartition("/")[2].encode() not in raw
    assert start.state.encode() not in raw
    assert cookie.encode() not in raw


def test_a_provider_may_want_more_in_the_query_but_never_other_than_ours(house: House, served: Catalog) -> None:
    extra = {"access_type": "offline", "prompt": "consent", "state": "fixed", "code_challenge_method": "plain"}
    settings = provider(
        authorize="https://login.example/authorize?tenant=a%20b&state=x", extra=extra, scopes=("openid",)
    )
    served.providers["acme"] = settings  # type: ignore[index] # a test's own dict
    with browser_of(house) as browser:
        start = begun(browser, house.link())

    fields = parse_qsl(urlsplit(start.url).query)
    assert len(dict(fields)) == len(fields)
    assert start.asked["tenant"] == "a b"
    assert start.asked["access_type"] == "offline"
    assert start.asked["scope"] == "openid calendar.events mail.send"
    assert start.asked["state"] not in {"fixed", "x"}
    assert start.asked["code_challenge_method"] == "S256"


def test_what_an_endpoint_needs_is_asked_for_too_and_nothing_that_is_not_served(house: House) -> None:
    calendar = declared(
        "acme-calendar", OAuth(provider="acme", scopes=("calendar.events",)), ("free-busy", "calendar.events")
    )
    unused = msgspec.structs.replace(declared("acme-mail", OAuth(provider="acme", scopes=("mail",))), operations=())
    other = declared("other", OAuth(provider="other", scopes=("files",)))
    served = {item.name: item for item in (calendar, unused, other)}
    house.what = msgspec.structs.replace(house.what, integrations=served)
    with browser_of(house) as browser:
        asked = begun(browser, house.link()).asked

    assert asked["scope"] == "calendar.events free-busy"
