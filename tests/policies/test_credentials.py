"""What a vendor gets to know us by, and what is refused before it could do harm."""

from typing import Any

import msgspec
import pytest

from gateway import Call, Reply, Secret, Settings
from gateway.units import read_unit
from gateway_policies.credentials import CREDENTIALS, Anonymous, Basic, Bearer, Header, Query
from tests.kit import call, kit, run, site


def sent(settings: Settings, **fields: Any) -> Call:
    """The call as it goes on."""
    (build,) = [each.build for each in CREDENTIALS if each.settings is type(settings)]
    seen: list[Call] = []

    async def send(call: Call) -> Reply:
        seen.append(call)
        return Reply(200)

    async def main() -> None:
        await build(settings, site(), kit())(call(**fields), send)

    run(main())
    return seen[0]


def read(**written: Any) -> Any:
    """What a credential in the file becomes."""
    return msgspec.convert(written, Bearer | Basic | Header | Query | Anonymous, dec_hook=read_unit)


def test_a_bearer_token_goes_into_the_authorization_header() -> None:
    assert sent(Bearer(token=Secret("k-1"))).headers == ((b"authorization", b"Bearer k-1"),)


def test_a_name_and_password_go_into_the_authorization_header_as_utf_8() -> None:
    asked = sent(Basic(username=Secret("Aladdin"), password=Secret("sésame:ouvre")))
    assert asked.header(b"authorization") == b"Basic QWxhZGRpbjpzw6lzYW1lOm91dnJl"


def test_a_key_may_stand_alone_where_the_vendor_wants_no_password() -> None:
    assert sent(Basic(username=Secret("k"))).header(b"authorization") == b"Basic azo="


def test_a_key_goes_into_the_header_that_the_vendor_names() -> None:
    assert sent(Header(name="X-API-Key", value=Secret("k 1"))).headers == ((b"x-api-key", b"k 1"),)


def test_other_headers_stay_and_one_of_the_same_name_is_replaced() -> None:
    given = ((b"accept", b"*/*"), (b"authorization", b"Bearer caller's"), (b"authorization", b"again"))
    assert sent(Bearer(token=Secret("k")), headers=given).headers == (
        (b"accept", b"*/*"),
        (b"authorization", b"Bearer k"),
    )


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/a", "/a?api%20key=k%261"),
        ("/a?", "/a?api%20key=k%261"),
        ("/a?b=c%20d&b=e", "/a?b=c%20d&b=e&api%20key=k%261"),
        ("/a?api%20key=mine&b=c", "/a?b=c&api%20key=k%261"),
        ("/a?api+key=mine", "/a?api%20key=k%261"),
        ("/a?%61pi%20key=mine", "/a?api%20key=k%261"),
        ("/a?b=c?d", "/a?b=c?d&api%20key=k%261"),
    ],
)
def test_a_key_goes_into_the_query_encoded_and_replaces_the_callers(target: str, expected: str) -> None:
    assert sent(Query(name="api key", value=Secret("k&1")), target=target).target == expected


def test_no_credential_changes_nothing() -> None:
    asked = call(headers=((b"accept", b"*/*"),), target="/a?b=c")
    seen = sent(Anonymous(), headers=asked.headers, target=asked.target)
    assert (seen.headers, seen.target) == (asked.headers, asked.target)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ({"use": "bearer", "token": "k"}, Bearer),
        ({"use": "basic", "username": "u", "password": "p"}, Basic),
        ({"use": "header", "name": "X-Key", "value": "k"}, Header),
        ({"use": "query", "name": "key", "value": "k"}, Query),
        ({"use": "none"}, Anonymous),
    ],
)
def test_the_word_after_use_tells_which_it_is(written: dict[str, Any], kind: type) -> None:
    assert type(read(**written)) is kind


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"use": "bearer", "token": ""}, "`token` is empty"),
        ({"use": "bearer", "token": "k\n"}, "`token` holds a line break"),
        ({"use": "bearer", "token": "k\r\nX-Evil: 1"}, "`token` holds a line break"),
        ({"use": "bearer", "token": " k"}, "an outer space"),
        ({"use": "bearer", "token": "kéy"}, "a header cannot carry"),
        ({"use": "basic", "username": ""}, "`username` is empty"),
        ({"use": "basic", "username": "a:b"}, "`username` holds a colon"),
        ({"use": "basic", "username": "a", "password": "b\n"}, "`password` holds a line break"),
        ({"use": "header", "name": "X Key", "value": "k"}, "`X Key` is no name of a header field"),
        ({"use": "header", "name": "X-Key:", "value": "k"}, "is no name of a header field"),
        ({"use": "header", "name": "Host", "value": "k"}, "`Host` is a header field that the gateway writes itself"),
        ({"use": "header", "name": "X-Key", "value": "k\0"}, "`value` holds a line break"),
        ({"use": "query", "name": "", "value": "k"}, "length >= 1"),
        ({"use": "query", "name": "key", "value": ""}, "`value` is empty"),
        ({"use": "none", "token": "k"}, "unknown field `token`"),
    ],
)
def test_what_a_request_could_not_carry_is_refused(written: dict[str, Any], message: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=message):
        read(**written)


@pytest.mark.parametrize("written", [{"use": "bearer"}, {"use": "basic"}, {"use": "header", "name": "X-Key"}])
def test_no_message_and_no_repr_shows_a_secret(written: dict[str, Any]) -> None:
    field = {"bearer": "token", "basic": "username", "header": "value"}[written["use"]]
    assert "hunter2" not in repr(read(**written, **{field: "hunter2"}))
    with pytest.raises(msgspec.ValidationError) as caught:
        read(**written, **{field: "hunter2\n"})
    assert "hunter2" not in str(caught.value)
