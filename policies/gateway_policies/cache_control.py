"""Reads the header fields that HTTP caches go by: Cache-Control, Age, Vary and dates, as RFC 9111 and 9110 write them.

What is not written as it should be is None, and never taken for something good: a cache that misreads asks once more.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from gateway import Headers

Directives = Mapping[bytes, bytes | None]
"""What Cache-Control says: names in lower case, values without their quotes; of a directive said twice the first."""

MOST_SECONDS = 2**31
"""A cache may take any longer time for this one (RFC 9111, 1.2.2)."""

_DIRECTIVE = re.compile(rb'([^\s,;="]+)(?:=("(?:[^"\\]|\\.)*"|[^\s,"]*))?|"(?:[^"\\]|\\.)*"')
_DIGITS = re.compile(rb"[0-9]+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_DATES = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"[a-z]{{3}}, (?P<day>\d\d) (?P<month>[a-z]{{3}}) (?P<year>\d{{4}}) {_TIME} GMT",
        rf"[a-z]{{6,9}}, (?P<day>\d\d)-(?P<month>[a-z]{{3}})-(?P<year>\d\d) {_TIME} GMT",
        rf"[a-z]{{3}} (?P<month>[a-z]{{3}}) (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)
"""The three forms of a date that RFC 9110, 5.6.7 tells everybody to read."""


def directives(headers: Headers) -> Directives:
    """What the Cache-Control fields say together; where there are none, Pragma may say `no-cache`."""
    value = joined(headers, b"cache-control")
    if value is None:
        pragma = joined(headers, b"pragma")
        return {} if pragma is None or b"no-cache" not in names(pragma) else {b"no-cache": None}
    found: dict[bytes, bytes | None] = {}
    for name, argument in _DIRECTIVE.findall(value):
        if name:
            found.setdefault(name.lower(), argument.strip(b'"') or None)
    return found


def joined(headers: Headers, name: bytes) -> bytes | None:
    """All values of a field as one list (RFC 9110, 5.3); None where it is not there."""
    values = [value for field, value in headers if field == name]
    return b", ".join(values) if values else None


def names(value: bytes) -> frozenset[bytes]:
    """A list of field names or tokens, in lower case."""
    return frozenset(part.strip().lower() for part in value.split(b",")) - {b""}


def seconds(value: bytes | None) -> int | None:
    """A number of seconds; None for what is none."""
    if value is None or _DIGITS.fullmatch(value) is None:
        return None
    return MOST_SECONDS if len(value.lstrip(b"0")) > len(str(MOST_SECONDS)) else min(int(value), MOST_SECONDS)


def date(value: bytes | None) -> float | None:
    """Seconds since 1970; None for what is no date of HTTP."""
    text = b"" if value is None else value.strip()
    for form in _DATES:
        found = form.fullmatch(text.decode("latin-1"))
        if found is not None:
            return _instant(found.groupdict())
    return None


def _instant(parts: Mapping[str, str]) -> float | None:
    year = int(parts["year"])
    if len(parts["year"]) == 2:  # noqa: PLR2004 - RFC 850; more than 50 years ahead is taken for the past
        ahead = datetime.now(UTC).year + 50
        year += ahead - ahead % 100
        year -= 100 if year > ahead else 0
    try:
        month = _MONTHS.index(parts["month"].lower()) + 1
        hour, minute, second = (int(parts[unit]) for unit in ("hour", "minute", "second"))
        return datetime(year, month, int(parts["day"]), hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None


def without(headers: Headers, gone: Iterable[bytes]) -> Headers:
    """The fields that have none of these names."""
    unwanted = frozenset(gone)
    return tuple([field for field in headers if field[0] not in unwanted])


def listed(found: Directives, *directive: bytes) -> Iterator[bytes]:
    """The fields that `no-cache="…"` and `private="…"` name: they alone are meant then."""
    for name in directive:
        yield from names(found.get(name) or b"")
