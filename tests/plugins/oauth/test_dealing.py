"""A code is exchanged with a provider that may be away, broken or hostile; the user reads a page in any case."""

from typing import Any

import msgspec
import pytest

from gateway.contract import Kit, Reply
from gateway.errors import AddressForbidden, ConnectFailed, GatewayError, ResponseTooLarge, TlsFailed
from gateway.stored import Connection
from gateway_oauth import tokens
from gateway_oauth.dealing import DEALINGS, exchange, revoke
from gateway_oauth.flow import Code
from gateway_oauth.links import Link
from gateway_oauth.refusals import FlowRefused
from tests.kit import kit, run
from tests.plugins.oauth.dealing import MARK
from tests.plugins.oauth.house import CALLBACK, catalog, provider

CODE = Code(
    link=Link(provider="acme", user="ann", by="crm"),
    scopes=("calendar.events", "mail.send"),
    code="a code",
    verifier="v" * 43,
    redirect_uri=CALLBACK,
)
GOOD = {"access_token": MARK, "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r", "scope": "mail.send"}


def answering(answer: Reply | GatewayError, asked: list[bytes] | None = None) -> Kit:
    async def fetch(method: str, url: str, *, headers: Any = (), body: bytes = b"", **_: Any) -> Reply:
        if asked is not None:
            asked.append(f"{method} {url} ".encode() + body)
        if isinstance(answer, GatewayError):
            raise answer
        return answer

    return kit(fetch=fetch, catalog=catalog())


def granted(**fields: Any) -> tokens.Tokens:
    body = msgspec.json.encode({name: value for name, value in {**GOOD, **fields}.items() if value is not None})
    return run(exchange(answering(Reply(200, (), body)), provider(), CODE))


def refused(answer: Reply | GatewayError) -> FlowRefused:
    with pytest.raises(FlowRefused) as caught:
        run(exchange(answering(answer), provider(), CODE))
    return caught.value


def test_the_code_goes_to_the_token_endpoint_with_the_verifier_and_the_same_redirect_uri() -> None:
    asked: list[bytes] = []
    run(exchange(answering(Reply(200, (), msgspec.json.encode(GOOD)), asked), provider(), CODE))

    assert asked == [
        b"POST https://login.example/token grant_type=authorization_code&code=a+code"
        b"&redirect_uri=https%3A%2F%2Fgateway.test%2Fconnect%2Fcallback&code_verifier=" + b"v" * 43
    ]


def test_where_nothing_is_said_of_scopes_those_that_were_asked_for_are_granted() -> None:
    assert granted(scope=None).scopes == CODE.scopes
    assert granted().scopes == ("mail.send",)


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        (Reply(400, (), b'{"error": "invalid_grant"}'), "The provider did not take back what it gave"),
        (Reply(401, (), b'{"error": "invalid_client"}'), "The provider's answer cannot be used"),
        (Reply(200, (), b"<html>"), "The provider's answer cannot be used"),
        (Reply(200, (), b"[" * 100_000), "The provider's answer cannot be used"),
        (Reply(200, (), b"{}"), "The provider's answer cannot be used"),
        (Reply(200, (), msgspec.json.encode({**GOOD, "expires_in": -1})), "The provider's answer cannot be used"),
        (Reply(200, (), msgspec.json.encode({**GOOD, "token_type": "mac"})), "The provider's answer cannot be used"),
        (Reply(200, (), msgspec.json.encode({**GOOD, "access_token": "a\nb"})), "The provider's answer cannot be used"),
        (Reply(302, ((b"location", b"http://169.254.169.254/"),)), "The provider's answer cannot be used"),
        (ResponseTooLarge(), "The provider's answer cannot be used"),
        (AddressForbidden(), "The provider's answer cannot be used"),
        (TlsFailed(), "The provider's answer cannot be used"),
        (Reply(503), "The provider does not answer"),
        (ConnectFailed(), "The provider does not answer"),
    ],
)
def test_whatever_comes_instead_of_tokens_is_a_page_that_says_what_helps(answer: Any, title: str) -> None:
    found = refused(answer)

    assert found.title == title
    assert found.text.startswith("Nothing was connected.")
    assert found.status in {400, 502, 503}


def test_tokens_that_do_not_open_are_given_back_to_nobody_and_that_is_no_failure() -> None:
    connection = Connection(id="con_1", provider="acme", user="ann", status="active", sealed=b"no envelope")
    elsewhere = msgspec.structs.replace(connection, provider="gone")

    assert not run(revoke(answering(Reply(200)), connection))
    assert not run(revoke(answering(Reply(200)), elsewhere))
    assert not run(revoke(answering(Reply(200)), msgspec.structs.replace(connection, sealed=b"")))


def test_a_secret_of_the_users_own_has_no_end_and_no_scopes() -> None:
    own = DEALINGS.secret("the user's own")

    assert (own.access, own.scopes, own.expires_at, own.refresh) == ("the user's own", (), None, "")
    assert "own" not in repr(own)
