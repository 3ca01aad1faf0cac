"""Texts and numbers that a JSON Schema asks for: of a format, a pattern, a length, a size; the same every time."""

import hashlib
import math
import re
import string
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from re import _parser  # private, but every Python has it, and what it gives is verified
from typing import Any

_SPAN = 8
"""How often what may be repeated without end is repeated."""
_EPOCH = datetime(2026, 1, 1, 9, tzinfo=UTC)
_PRINTABLE = string.digits + string.ascii_letters + " !#$%&()*+,-./:;<=>?@[]^_{|}~'\"\\"
_NAMED = re.compile(r"\(\?<(?![=!])")
_UNICODE = re.compile(r"\\p\{(L[a-z]?|Letter|N[a-z]?)\}")


class NoSample(ValueError):
    """No value was found that satisfies a schema: it takes an example, written by hand."""


def text_of(schema: Mapping[str, Any], seed: int) -> str:
    """A text for one string schema; texts of different seeds differ where the schema leaves room for that."""
    pattern = schema.get("pattern")
    if pattern is not None:
        return _of_pattern(pattern, seed, int(schema.get("minLength", 0)))
    make = _FORMATS.get(schema.get("format", ""), _words)
    return _of_length(make(seed), int(schema.get("minLength", 0)), schema.get("maxLength"))


def number_of(schema: Mapping[str, Any], seed: int) -> int | float:
    """Counted in steps: the first one above zero that is allowed, and on from there."""
    step: int | float = schema.get("multipleOf", 1)
    bounds: list[int] = [math.ceil(schema["minimum"] / step)] if "minimum" in schema else []
    bounds += [math.floor(schema["exclusiveMinimum"] / step) + 1] if "exclusiveMinimum" in schema else []
    tops: list[int] = [math.floor(schema["maximum"] / step)] if "maximum" in schema else []
    tops += [math.ceil(schema["exclusiveMaximum"] / step) - 1] if "exclusiveMaximum" in schema else []
    high = min(tops, default=None)
    start = max([*bounds, 1 if high is None else min(1, high)])
    if high is not None and start > high:
        return _between(schema)
    count = start + (seed if high is None else seed % (high - start + 1))
    return round(count * step, 9)


def _between(schema: Mapping[str, Any]) -> float:
    """Where no step fits: the middle of the bounds, for the validator to judge."""
    low = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf))
    high = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf))
    return float((low + high) / 2)


def chosen(seed: int, place: int = 0) -> bytes:
    """Sixteen bytes that look like chance and are not."""
    return hashlib.sha256(f"{seed}.{place}".encode()).digest()[:16]


def _of_length(text: str, least: int, most: int | None) -> str:
    if len(text) < least:
        text += "x" * (least - len(text))
    return text if most is None or len(text) <= most else text[len(text) - most :]


def _words(seed: int) -> str:
    return f"text-{seed}" if seed else "text"


def _moment(seed: int) -> datetime:
    return _EPOCH + timedelta(minutes=seed)


_FORMATS: Mapping[str, Callable[[int], str]] = {
    "uuid": lambda seed: str(uuid.UUID(bytes=chosen(seed), version=4)),
    "date-time": lambda seed: _moment(seed).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "date": lambda seed: (_EPOCH + timedelta(days=seed)).strftime("%Y-%m-%d"),
    "time": lambda seed: _moment(seed).strftime("%H:%M:%SZ"),
    "duration": lambda seed: f"PT{seed + 1}M",
    "email": lambda seed: f"person{seed}@example.com",
    "idn-email": lambda seed: f"person{seed}@example.com",
    "hostname": lambda seed: f"host{seed}.example.com",
    "idn-hostname": lambda seed: f"host{seed}.example.com",
    "uri": lambda seed: f"https://example.com/{seed}",
    "iri": lambda seed: f"https://example.com/{seed}",
    "uri-reference": lambda seed: f"/example/{seed}",
    "iri-reference": lambda seed: f"/example/{seed}",
    "uri-template": lambda seed: f"/example/{seed}/{{id}}",
    "ipv4": lambda seed: f"192.0.2.{seed % 256}",
    "ipv6": lambda seed: f"2001:db8::{seed % 65536:x}",
    "json-pointer": lambda seed: f"/{seed}",
    "relative-json-pointer": lambda seed: f"{seed}/a",
    "regex": lambda seed: f"^{seed}$",
}


def _of_pattern(pattern: str, seed: int, least: int) -> str:
    """Walks the parsed expression; look-around is passed over, so the caller verifies what comes out."""
    try:
        parsed = _parser.parse(_NAMED.sub("(?P<", _UNICODE.sub("A-Za-z", pattern)))
    except (re.error, OverflowError) as error:
        raise NoSample(f"the pattern `{pattern}` cannot be read: {error}") from None
    return _Walk(seed, max(_SPAN, least)).text(parsed)


class _Walk:
    """One pass over a parsed expression; every choice in it is the next one of its seed's."""

    def __init__(self, seed: int, span: int) -> None:
        self._seed = seed
        self._span = span
        self._place = 0
        self._groups: dict[int, str] = {}
        self._makers: Mapping[str, Callable[[Any], str]] = {
            "LITERAL": chr,
            "NOT_LITERAL": lambda code: self._pick(_PRINTABLE.replace(chr(code), "")),
            "ANY": lambda _: self._pick(string.ascii_lowercase),
            "IN": lambda items: self._pick(_members(items)),
            "MAX_REPEAT": lambda repeat: self._repeated(*repeat),
            "MIN_REPEAT": lambda repeat: self._repeated(*repeat),
            "POSSESSIVE_REPEAT": lambda repeat: self._repeated(*repeat),
            "BRANCH": lambda branch: self.text(self._pick(branch[1])),
            "SUBPATTERN": self._group,
            "ATOMIC_GROUP": self.text,
            "GROUPREF": lambda number: self._groups.get(number, ""),
        }

    def text(self, parsed: Any) -> str:
        return "".join(self._one(str(op), argument) for op, argument in parsed)

    def _one(self, op: str, argument: Any) -> str:
        make = self._makers.get(op)
        return "" if make is None else make(argument)

    def _group(self, argument: Any) -> str:
        self._groups[argument[0]] = text = self.text(argument[3])
        return text

    def _repeated(self, least: int, most: int, parsed: Any) -> str:
        simple = len(parsed) == 1 and str(parsed[0][0]) in {"IN", "ANY", "NOT_LITERAL"}
        wanted = self._span if simple else 1
        return "".join(self.text(parsed) for _ in range(max(least, min(int(most), wanted))))

    def _pick(self, among: Any) -> Any:
        if not among:
            raise NoSample("a pattern leaves no character to choose")
        self._place += 1
        return among[int.from_bytes(chosen(self._seed, self._place)) % len(among)]


def _members(items: Any) -> str:
    """The printable characters of a class such as `[^a-f0-9_]`."""
    negated = bool(items) and str(items[0][0]) == "NEGATE"
    there = dict.fromkeys(character for op, argument in items for character in _expanded(str(op), argument))
    if negated:
        return "".join(character for character in _PRINTABLE if character not in there)
    return "".join(there)


def _expanded(op: str, argument: Any) -> Iterator[str]:
    match op:
        case "LITERAL":
            yield chr(argument)
        case "RANGE":
            low, high = argument
            yield from (chr(code) for code in range(low, min(high, low + 255) + 1))
        case "CATEGORY":
            test = _CATEGORIES.get(str(argument), str.isalnum)
            yield from (character for character in _PRINTABLE if test(character))


_CATEGORIES: Mapping[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_NOT_DIGIT": lambda character: not character.isdigit(),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda character: not character.isspace(),
    "CATEGORY_WORD": lambda character: character.isalnum() or character == "_",
    "CATEGORY_NOT_WORD": lambda character: not (character.isalnum() or character == "_"),
}
