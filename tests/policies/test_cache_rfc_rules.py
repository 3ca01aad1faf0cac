"""What may be kept, for how long and for whom: tables of what vendors say."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import msgspec
import pytest

from gateway import Headers, Reply, Verdict
from gateway_policies.cache_rfc_rules import Stored, Terms, Times, fits, freshened, stored
from tests.policies.respected import asks, named

NOW = 1_800_000_000.0
TIMES = Times(sent=998.0, received=1000.0, now=NOW)
SHARED = Terms(ttl=60, negative=0, revalidate=5, if_error=7, shared=True)
OWN = Terms(ttl=60, negative=0, revalidate=5, if_error=7, shared=False)


def at(offset: float) -> str:
    return format_datetime(datetime.fromtimestamp(NOW + offset, UTC), usegmt=True)


def keep(status: int = 200, terms: Terms = SHARED, request: Headers = (), **fields: str) -> Stored | None:
    call = asks(**{name.decode().replace("-", "_"): value.decode() for name, value in request})
    return stored(call, Reply(status, named(fields), b"x"), TIMES, terms, owner="", stamp=0)


def kept(**fields: Any) -> Stored:
    found = keep(**fields)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("status", "cache_control", "shared", "own"),
    [
        (200, "", True, True),
        (203, "", True, True),
        (204, "", True, True),
        (200, "no-store", False, False),
        (200, "no-cache", True, True),
        (200, "private", False, True),
        (200, "private, max-age=9", False, True),
        (200, 'private="x"', True, True),
        (200, "must-revalidate", True, True),
        (200, "no-store, must-understand", True, True),
        (201, "", False, False),
        (201, "max-age=9", True, True),
        (202, "public", True, True),
        (206, "max-age=9", False, False),
        (299, "s-maxage=9", True, False),
        (299, "max-age=9, must-understand", False, False),
        (301, "", False, False),
        (301, "max-age=9", True, True),
        (304, "max-age=9", False, False),
        (404, "", False, False),
        (404, "private", False, True),
        (404, "max-age=9", True, True),
        (410, "max-age=9", True, True),
        (429, "max-age=9", False, False),
        (500, "max-age=9", False, False),
        (503, "public, max-age=9", False, False),
    ],
)
def test_what_may_be_kept(status: int, cache_control: str, shared: bool, own: bool) -> None:
    fields: dict[str, Any] = {"cache_control": cache_control} if cache_control else {}
    assert (keep(status, SHARED, **fields) is not None, keep(status, OWN, **fields) is not None) == (shared, own)


def test_an_expiry_makes_an_unusual_status_fit_to_be_kept() -> None:
    assert kept(status=404, expires=at(9), date=at(0)).lifetime == 9


@pytest.mark.parametrize(
    ("field", "value"), [("set_cookie", "a=b"), ("vary", "*"), ("vary", "accept, *"), ("vary", ", *")]
)
def test_what_is_for_one_request_alone_is_not_kept(field: str, value: str) -> None:
    fields: dict[str, Any] = {field: value}
    assert keep(cache_control="max-age=9", **fields) is None


@pytest.mark.parametrize(("method", "found"), [("GET", True), ("HEAD", False), ("POST", False)])
def test_what_answers_anything_but_a_get_is_not_kept(method: str, found: bool) -> None:
    asked = msgspec.structs.replace(asks(), method=method)
    assert (stored(asked, Reply(200, (), b"x"), TIMES, SHARED, owner="", stamp=0) is not None) == found


@pytest.mark.parametrize("kind", ["auth_failed", "rate_limited", "transient"])
def test_a_refusal_of_the_gateway_is_not_kept_and_one_of_the_request_is(kind: Any) -> None:
    def refused(kind: Any) -> Stored | None:
        verdict = Verdict(slug="x", status=400, title="X", kind=kind)
        reply = Reply(404, named({"cache_control": "max-age=9"}), b"x", verdict)
        return stored(asks(), reply, TIMES, SHARED, owner="", stamp=0)

    assert refused(kind) is None
    assert refused("rejected") is not None


@pytest.mark.parametrize(
    ("cache_control", "shared"),
    [("max-age=9", False), ("public", True), ("s-maxage=9", True), ("max-age=9, must-revalidate", True)],
)
def test_an_answer_to_a_callers_own_credential_is_for_him_unless_it_says_otherwise(
    cache_control: str, shared: bool
) -> None:
    request = named({"authorization": "x"})
    assert (keep(request=request, cache_control=cache_control) is not None) == shared
    assert keep(terms=OWN, request=request, cache_control=cache_control) is not None


@pytest.mark.parametrize(
    ("fields", "shared", "own"),
    [
        ({}, 60, 60),
        ({"cache_control": "public"}, 60, 60),
        ({"last_modified": at(-1_000_000)}, 60, 60),
        ({"cache_control": "max-age=9"}, 9, 9),
        ({"cache_control": "max-age=9, s-maxage=4"}, 4, 9),
        ({"cache_control": "s-maxage=4"}, 4, 60),
        ({"cache_control": "max-age=9", "expires": at(99), "date": at(0)}, 9, 9),
        ({"cache_control": "max-age=9", "expires": "0"}, 9, 9),
        ({"cache_control": "max-age=x", "expires": at(99)}, 0, 0),
        ({"cache_control": "max-age=-1"}, 0, 0),
        ({"expires": at(30), "date": at(10)}, 20, 20),
        ({"expires": at(30), "date": "x"}, 30, 30),
        ({"expires": at(30)}, 30, 30),
        ({"expires": at(-30), "date": at(0)}, 0, 0),
        ({"expires": "0"}, 0, 0),
    ],
)
def test_how_long_an_answer_is_fresh(fields: dict[str, str], shared: float, own: float) -> None:
    assert (kept(**fields).lifetime, kept(terms=OWN, **fields).lifetime) == (shared, own)


def test_ttl_does_not_hold_for_what_is_no_success() -> None:
    found = keep(404, OWN, cache_control="private")
    assert found is not None
    assert found.lifetime == 0


@pytest.mark.parametrize(("status", "lifetime"), [(404, 3), (410, 3), (405, None), (200, 60)])
def test_that_there_is_no_such_thing_is_kept_as_long_as_the_operator_says(status: int, lifetime: float | None) -> None:
    found = keep(status, Terms(ttl=60, negative=3, revalidate=5, if_error=7, shared=True))
    assert (None if found is None else found.lifetime) == lifetime


@pytest.mark.parametrize(
    ("fields", "age"),
    [
        ({}, 2),
        ({"date": at(0)}, 2),
        ({"date": at(-30)}, 30),
        ({"date": at(30)}, 2),
        ({"age": "10"}, 12),
        ({"age": "10", "date": at(-30)}, 30),
        ({"age": "0"}, 2),
        ({"age": "x"}, 2**31),
        ({"age": "-5"}, 2**31),
        ({"age": "5, 5"}, 2**31),
    ],
)
def test_how_old_an_answer_is_when_it_comes(fields: dict[str, str], age: float) -> None:
    assert TIMES.received - kept(cache_control="max-age=99", **fields).born == age


@pytest.mark.parametrize(
    ("cache_control", "strict", "checked"),
    [
        ("max-age=9", False, False),
        ("must-revalidate", True, False),
        ("proxy-revalidate", True, False),
        ("s-maxage=9", True, False),
        ("no-cache", False, True),
        ('no-cache="x"', False, False),
    ],
)
def test_what_may_never_be_given_out_unasked(cache_control: str, strict: bool, checked: bool) -> None:
    found, own = kept(cache_control=cache_control), kept(terms=OWN, cache_control=cache_control)
    assert (found.strict, found.checked) == (strict, checked)
    assert own.strict == (cache_control == "must-revalidate")


def test_the_vendors_windows_come_before_the_operators() -> None:
    told = kept(cache_control="max-age=9, stale-while-revalidate=30, stale-if-error=0")
    untold = kept(cache_control="max-age=9")
    assert (told.revalidate, told.if_error, untold.revalidate, untold.if_error) == (30, 0, 5, 7)


def test_fields_that_are_the_vendors_alone_are_not_kept() -> None:
    fields = {
        "cache_control": 'no-cache="a", private="b"',
        "a": "1",
        "b": "2",
        "c": "3",
        "age": "1",
        "cache_status": "x",
    }
    assert [name for name, _ in kept(**fields).headers] == [b"cache-control", b"c"]


@pytest.mark.parametrize(
    ("vary", "first", "second", "alike"),
    [
        ("", {"foo": "1"}, {"foo": "2"}, True),
        ("foo", {"foo": "1"}, {"foo": "1", "bar": "2"}, True),
        ("Foo", {"foo": "1"}, {"foo": "2"}, False),
        ("foo", {}, {}, True),
        ("foo", {}, {"foo": "1"}, False),
        ("foo", {"foo": "1"}, {}, False),
        ("foo", {"foo": ""}, {}, False),
        ("foo", {"foo": "1,2"}, {"foo": "1, 2"}, True),
        ("foo, bar", {"foo": "1", "bar": "1"}, {"foo": "1", "bar": "2"}, False),
    ],
)
def test_which_requests_are_alike(vary: str, first: dict[str, str], second: dict[str, str], alike: bool) -> None:
    found = kept(request=named(first), cache_control="max-age=9", **({"vary": vary} if vary else {}))
    assert fits(found, named(second)) == alike


def test_a_304_changes_the_fields_that_it_may_change() -> None:
    first = {"date": at(-50), "cache_control": "max-age=9", "etag": '"1"', "a": "1", "b": "1", "content_encoding": "br"}
    later = named(
        {"cache_control": "max-age=99", "etag": '"2"', "a": "2", "c": "2", "content_encoding": "x", "age": "8"}
    )
    found = freshened(kept(**first), Reply(304, later), asks(), TIMES, SHARED)
    assert found is not None
    assert found.headers == named(
        {"etag": '"1"', "b": "1", "content_encoding": "br", "cache_control": "max-age=99", "a": "2", "c": "2"}
    )
    assert (found.body, found.lifetime, TIMES.received - found.born) == (b"x", 99, 10)


def test_a_304_that_forbids_to_keep_the_answer_ends_it() -> None:
    assert freshened(kept(), Reply(304, named({"cache_control": "no-store"})), asks(), TIMES, SHARED) is None
