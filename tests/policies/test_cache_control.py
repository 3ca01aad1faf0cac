"""The fields that caches go by are read as they are meant, and what is written wrong is not read at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_policies.cache_control import MOST_SECONDS, date, directives, listed, seconds


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], {}),
        ([b""], {}),
        ([b"no-store"], {b"no-store": None}),
        ([b"No-StOrE, MAX-age=5"], {b"no-store": None, b"max-age": b"5"}),
        ([b"max-age=5", b"public"], {b"max-age": b"5", b"public": None}),
        ([b'max-age="5"'], {b"max-age": b"5"}),
        ([b"max-age='5'"], {b"max-age": b"'5'"}),
        ([b"max-age"], {b"max-age": None}),
        ([b"max-age="], {b"max-age": None}),
        ([b"max-age=1, max-age=2"], {b"max-age": b"1"}),
        ([b'x="max-age=9, no-store", max-age=1'], {b"x": b"max-age=9, no-store", b"max-age": b"1"}),
        ([b'max-age=1, x="a\\", no-store"'], {b"max-age": b"1", b"x": b'a\\", no-store'}),
        ([b'"no-store", public'], {b"public": None}),
        ([b',,  , public ,,no-cache="a, B"'], {b"public": None, b"no-cache": b"a, B"}),
    ],
)
def test_cache_control_is_read(values: list[bytes], found: dict[bytes, bytes | None]) -> None:
    assert directives(tuple((b"cache-control", value) for value in values)) == found


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (((b"pragma", b"no-cache"),), {b"no-cache": None}),
        (((b"pragma", b"x, No-Cache"),), {b"no-cache": None}),
        (((b"pragma", b"x"),), {}),
        (((b"pragma", b"no-cache"), (b"cache-control", b"public")), {b"public": None}),
    ],
)
def test_pragma_counts_where_there_is_no_cache_control(
    headers: tuple[tuple[bytes, bytes], ...], found: dict[bytes, bytes | None]
) -> None:
    assert directives(headers) == found


@given(st.binary(max_size=200))
def test_no_cache_control_is_too_strange(value: bytes) -> None:
    assert all(name == name.lower() for name in directives(((b"cache-control", value),)))


def test_fields_that_a_directive_names_are_listed() -> None:
    found = directives(((b"cache-control", b'private="a, B", no-cache=c'),))
    assert set(listed(found, b"private", b"no-cache", b"x")) == {b"a", b"b", b"c"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"0", 0),
        (b"003600", 3600),
        (b"2147483649", MOST_SECONDS),
        (b"9" * 5000, MOST_SECONDS),
        (b"-1", None),
        (b"+1", None),
        (b"1.5", None),
        (b"a1", None),
        (b"1a", None),
        (b"1, 1", None),
        (b"", None),
        (None, None),
    ],
)
def test_seconds_are_digits(text: bytes | None, number: int | None) -> None:
    assert seconds(text) == number


@pytest.mark.parametrize(
    "text",
    [
        b"Sun, 06 Nov 1994 08:49:37 GMT",
        b"Sunday, 06-Nov-94 08:49:37 GMT",
        b"Sun Nov  6 08:49:37 1994",
        b"sun, 06 NOV 1994 08:49:37 gmt",
    ],
)
def test_the_three_forms_of_a_date_are_read(text: bytes) -> None:
    assert date(text) == 784111777


@pytest.mark.parametrize(
    "text",
    [
        None,
        b"",
        b"0",
        b"Sun, 06 Nov 1994 08:49:37 UTC",
        b"Sun, 6 Nov 1994 08:49:37 GMT",
        b"Sun, 06  Nov 1994 08:49:37 GMT",
        b"Sun, 06 Nov 1994 8:49:37 GMT",
        b"Sun, 31 Feb 1994 08:49:37 GMT",
        b"Sun, 06 Abc 1994 08:49:37 GMT",
        b"Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        b"\xff",
    ],
)
def test_what_is_no_date_is_none(text: bytes | None) -> None:
    assert date(text) is None


def test_a_year_of_two_digits_is_at_most_fifty_years_ahead() -> None:
    near, past = date(b"Thursday, 18-Aug-50 02:01:18 GMT"), date(b"Thursday, 18-Aug-99 02:01:18 GMT")
    assert near == 2544400878
    assert past is not None
    assert past < near
