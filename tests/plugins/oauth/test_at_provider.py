"""With a provider that nobody here wrote: consent in a browser, a calendar that opens, a grant that ends, a new one."""

import httpx
import msgspec
import pytest

from gateway.contract import Kit
from gateway.stored import Connection
from gateway_oauth import tokens
from gateway_oauth.flow import State
from gateway_oauth.links import digest
from tests.plugins.oauth.answering import COOKIE, back, begun, browser_of, refused
from tests.plugins.oauth.house import CALLBACK, PUBLIC, House
from tests.provider import Browser, OidcProvider


def connected(house: House, user: str) -> Connection:
    with browser_of(house) as browser:
        page = browser.consent(house.link(user), f"{user}@acme")
    assert "<h1>Connected</h1>" in page.text, page.text
    found = house.run(house.kit.stored.connections.find("acme", user))
    assert isinstance(found, Connection)
    return found


def calendar(house: House, provider: OidcProvider, connection: Connection) -> int:
    held = house.run(tokens.opened(house.kit, connection))
    headers = {"authorization": f"Bearer {held.access}"}
    return httpx.get(f"{provider.calendar}/events", headers=headers, trust_env=False).status_code


def test_a_browser_connects_a_user_and_his_calendar_opens(at_provider: House, strict: OidcProvider) -> None:
    connection = connected(at_provider, "ann")

    assert calendar(at_provider, strict, connection) == 200
    assert connection.scopes == ("calendar.events", "mail.send")
    assert connection.expires_at is not None


def test_less_may_be_granted_than_was_asked_for(at_provider: House, strict: OidcProvider) -> None:
    strict.withhold("mail.send")
    try:
        connection = connected(at_provider, "may")
    finally:
        strict.withhold()

    with at_provider.caller(user="may") as caller:
        told = caller.get(f"/connections/{connection.id}").json()
    assert (told["scopes"], told["missing_scopes"]) == (["calendar.events"], ["mail.send"])


def test_a_refresh_is_ordered_and_what_comes_is_stored(at_provider: House, strict: OidcProvider) -> None:
    connection = connected(at_provider, "ron")
    strict.forget()
    with at_provider.caller(user="ron") as caller:
        answer = caller.post(f"/connections/{connection.id}/refresh")

    newer = at_provider.run(at_provider.kit.stored.connections.get(connection.id))
    assert (answer.status_code, answer.json()["status"]) == (200, "active")
    assert newer.version == connection.version + 1
    assert (strict.seen().refreshes, strict.seen().reuses) == (1, 0)
    assert calendar(at_provider, strict, newer) == 200


def test_after_the_user_has_revoked_it_a_link_mends_it(at_provider: House, strict: OidcProvider) -> None:
    connection = connected(at_provider, "eve")
    assert strict.revoke("eve@acme") == 1
    with at_provider.caller(user="eve") as caller:
        refusal = caller.post(f"/connections/{connection.id}/refresh")
        shown = caller.get(f"/connections/{connection.id}").json()
        assert refusal.status_code == 403
        assert refusal.json()["connect_url"].startswith(f"{PUBLIC}/connect/")
        with browser_of(at_provider) as browser:
            browser.consent(refusal.json()["connect_url"], "eve@acme")
        again = caller.get(f"/connections/{connection.id}").json()

    assert (shown["status"], shown["reason"]) == ("needs_reauth", "invalid_grant")
    assert (again["status"], again["id"], again["reason"]) == ("active", connection.id, None)


def test_what_is_deleted_is_given_back(at_provider: House, strict: OidcProvider) -> None:
    connection = connected(at_provider, "max")
    strict.forget()
    with at_provider.caller(user="max") as caller:
        assert caller.delete(f"/connections/{connection.id}").status_code == 204
        assert caller.get(f"/connections/{connection.id}").status_code == 404

    assert strict.seen().revocations == 1
    assert calendar(at_provider, strict, connection) == 401


def test_a_user_who_says_no_there_reads_of_it_here(at_provider: House) -> None:
    with browser_of(at_provider) as browser:
        page = browser.get(begun(browser, at_provider.link("zoe")).url)
        while page.is_redirect:
            page = browser.get(str(page.url.join(page.headers["location"])))
        page = browser.get(str(page.url) + "/abort")
        while page.is_redirect:
            page = browser.get(str(page.url.join(page.headers["location"])))

    assert refused(page, "You did not give your consent")


def brought_code(house: House, browser: Browser, user: str) -> tuple[str, str, str]:
    """State, code and issuer that the provider gave this browser; nothing of it was taken to the gateway yet."""
    start = begun(browser, house.link(user))
    end = browser.consent(start.url, f"{user}@acme", until=CALLBACK)
    fields = httpx.URL(end.headers["location"]).params
    return fields["state"], fields["code"], fields["iss"]


def test_a_code_that_was_used_is_worth_nothing(at_provider: House) -> None:
    with browser_of(at_provider) as browser:
        state, code, issuer = brought_code(at_provider, browser, "uma")
        assert back(browser, state=state, code=code, iss=issuer).status_code == 200
        again = begun(browser, at_provider.link("uma")).state
        assert refused(back(browser, state=again, code=code, iss=issuer), "The provider did not take back what it gave")


def test_a_code_of_another_browser_is_worth_nothing(at_provider: House) -> None:
    """A stolen code, brought with a state and a cookie that are the thief's own."""
    with browser_of(at_provider) as browser, browser_of(at_provider) as thief:
        _, code, issuer = brought_code(at_provider, browser, "ida")
        own = begun(thief, at_provider.link("thief")).state
        page = back(thief, state=own, code=code, iss=issuer)

    assert refused(page, "The provider did not take back what it gave")
    assert at_provider.run(at_provider.kit.stored.connections.find("acme", "thief")) is None


def test_pkce_holds_even_where_the_store_is_made_to_lie(at_provider: House) -> None:
    """A thief has the code and the state, and the state is said to be of his browser: the verifier is not his."""
    with browser_of(at_provider) as browser, browser_of(at_provider) as thief:
        state, code, issuer = brought_code(at_provider, browser, "leo")
        begun(thief, at_provider.link("thief"))
        at_provider.run(forge(at_provider.kit, state, thief.cookies[COOKIE]))
        page = back(thief, state=state, code=code, iss=issuer)

    assert refused(page, "The provider did not take back what it gave")


async def forge(kit: Kit, state: str, cookie: str) -> None:
    payload = await kit.stored.tickets.take("connect-state", digest(state), kit.now())
    assert payload is not None
    kept = msgspec.structs.replace(msgspec.json.decode(payload, type=State), browser=digest(cookie))
    until = kit.now() + 60
    await kit.stored.tickets.put("connect-state", digest(state), msgspec.json.encode(kept), until)


VARIANTS = [
    CALLBACK + "/", CALLBACK + "?x=1", CALLBACK + "?", CALLBACK + "#x", CALLBACK + "/../callback",
    CALLBACK + "/..", CALLBACK + "%2f", CALLBACK + "\\", CALLBACK + "%00", CALLBACK.replace("callback", "Callback"),
    CALLBACK.replace("callback", "call%62ack"), CALLBACK.replace("https", "http"), CALLBACK.replace("https", "HTTPS"),
    CALLBACK.replace("gateway.test", "gateway.test:443"), CALLBACK.replace("gateway.test", "gateway.test:8443"),
    CALLBACK.replace("gateway.test", "gateway.test."), CALLBACK.replace("gateway.test", "GATEWAY.test"),
    CALLBACK.replace("gateway.test", "gateway.test@evil.example"),
    CALLBACK.replace("gateway.test", "evil.example"), CALLBACK.replace("gateway.test", "gateway.test.evil.example"),
    CALLBACK.replace("/connect", "//connect"), f"https://evil.example/?{CALLBACK}", CALLBACK + "\n", " " + CALLBACK,
]  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_only_the_exact_redirect_uri_is_answered(at_provider: House, variant: str) -> None:
    """What the gateway sends is registered letter by letter; whoever changes it on the way gets no code."""
    with browser_of(at_provider) as browser:
        start = begun(browser, at_provider.link("ann"))
        assert start.asked["redirect_uri"] == CALLBACK
        changed = httpx.URL(start.url).copy_set_param("redirect_uri", variant)
        end = browser.get(str(changed))

    assert end.status_code == 400
    assert "location" not in end.headers


@pytest.mark.parametrize(
    "change", [{"code_challenge": ""}, {"code_challenge_method": "plain"}, {"code_challenge_method": ""}]
)
def test_a_challenge_that_was_taken_out_on_the_way_brings_no_code(at_provider: House, change: dict[str, str]) -> None:
    with browser_of(at_provider) as browser:
        start = begun(browser, at_provider.link("ann"))
        end = browser.consent(str(httpx.URL(start.url).copy_merge_params(change)), "ann@acme")

    assert end.status_code >= 400
    assert "<h1>Connected</h1>" not in end.text


def test_a_challenge_of_somebody_else_does_not_fit_our_verifier(at_provider: House) -> None:
    with browser_of(at_provider) as browser:
        start = begun(browser, at_provider.link("kim"))
        changed = httpx.URL(start.url).copy_set_param("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        end = browser.consent(str(changed), "kim@acme")

    assert refused(end, "The provider did not take back what it gave")
