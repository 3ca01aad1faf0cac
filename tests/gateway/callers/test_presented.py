"""Where a key may stand in a request."""

import base64

import pytest

from gateway.callers import presented
from gateway.contract import Headers
from gateway.errors import InvalidRequest


def basic(user: str, password: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{user}:{password}".encode())


@pytest.mark.parametrize(
    "headers",
    [
        ((b"authorization", b"Bearer the-key"),),
        ((b"authorization", b"bearer   the-key "),),
        ((b"x-api-key", b"the-key"),),
        ((b"authorization", b"Basic QUJDOg=="), (b"x-api-key", b"the-key")),
    ],
)
def test_a_key_is_in_one_of_two_fields(headers: Headers) -> None:
    found = presented(headers)

    assert found is not None
    assert (found.secret, found.user) == ("the-key", None)
    assert "the-key" not in repr(found)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"authorization", b"Bearer"),),
        ((b"authorization", b"Bearer "),),
        ((b"authorization", b"Bearer sch\xc3\xb6n"),),
        ((b"authorization", basic("AC1", "the-key")),),
        ((b"x-api-key", b""),),
    ],
)
def test_anything_else_is_no_key(headers: Headers) -> None:
    assert presented(headers) is None


def test_on_native_mounts_the_password_is_the_key() -> None:
    found = presented(((b"authorization", basic("AC1", "the-key")),), native=True)

    assert found is not None
    assert found.secret == "the-key"
    assert presented(((b"authorization", b"Basic !!!"),), native=True) is None


def test_a_caller_says_for_whom_he_acts() -> None:
    found = presented(((b"x-api-key", b"the-key"), (b"x-gateway-user", b"ann@app")))

    assert found is not None
    assert found.user == "ann@app"


@pytest.mark.parametrize(
    "said",
    [(b"",), (b" ",), ("jörg".encode(),), (b"ann", b"bob"), (b"", b"bob"), (b"x" * 256,), (b"a\x7fb",)],
    ids=["empty", "blank", "not ASCII", "two", "empty and another", "too long", "a control"],
)
def test_a_user_who_cannot_be_told_apart_from_another_is_refused_and_not_left_out(said: tuple[bytes, ...]) -> None:
    headers = ((b"x-api-key", b"the-key"), *((b"x-gateway-user", user) for user in said))

    with pytest.raises(InvalidRequest):
        presented(headers)
