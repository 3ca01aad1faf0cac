"""What somebody who wrote this most likely meant: the nearest right way to write a value of each kind."""

import re
from collections.abc import Mapping
from typing import Any

from gateway.loading.scalars import tag_of
from gateway.loading.text_slips import after_colon, slip_in, stuck_item

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)[ \u00a0_]*([A-Za-z%]*)\.?")
_MARKS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Duration": {
        "ms": ("ms", "msec", "msecs", "millis", "millisecond", "milliseconds"),
        "s": ("", "s", "sec", "secs", "second", "seconds"),
        "m": ("m", "min", "mins", "minute", "minutes"),
        "h": ("h", "hr", "hrs", "hour", "hours"),
        "d": ("d", "day", "days"),
    },
    "Size": {
        "B": ("b", "byte", "bytes"),
        "KiB": ("k", "kb", "ki", "kib"),
        "MiB": ("m", "mb", "mi", "mib", ""),
        "GiB": ("g", "gb", "gi", "gib"),
    },
    "Percentage": {"%": ("", "%", "percent", "pct")},
}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ROUTE = re.compile(r"([A-Za-z]+(?!://|[A-Za-z]))?[\s:,]*(?:https?://[^/\s]*)?(/?[^\s?#]*)([?#].*)?")
_HOST = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:/[A-Za-z0-9/._-]*)?")
_NOT_THERE = (
    ("@", "a name and password belong in `credential: {use: basic, …}`"),
    ("{", "a variable is written `${NAME}`"),
    ("#", "a comment begins with a space and a `#`"),
    ("?", "constants go in `send: {query: …}`, a key in `credential: {use: query, …}`"),
)
_NUMBERS = frozenset({"a number", "a whole number"})
_LONGEST = 300
KEYS = "its settings are keys, in `{}` or indented below"
_FIRST = "it begins with `https://` and a host"
_NUMBER = re.compile(r"[-+]?0*(\d[\d_,]*)")
_WORDS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_LISTED = re.compile(r"\w[\w./-]*(?:\s*,\s*\w[\w./-]*)*")
_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object"})
_CHANGES = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def unit(kind: str, value: Any) -> str:
    """`10 sec` is `10s`, `10MB` is `10MiB`, `20` is `20%`."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or _is_long(value):
        return ""
    found = _AMOUNT.fullmatch(str(value).strip())
    mark = found[2].lower() if found is not None else None
    right = next((right for right, spellings in _MARKS.get(kind, {}).items() if mark in spellings), None)
    if found is None or right is None:
        return slip_in(value)
    amount = found[1]
    if kind == "Percentage" and not found[2] and 0 < float(amount) < 1:
        amount = f"{float(amount) * 100:g}"
    if kind == "Size" and "." in amount:
        return "write it without a fraction, in the next smaller unit"
    return f"did you mean `{amount}{right}`?"


def route(value: Any) -> str:
    """`get /x` is `GET /x`; a host, a query or a missing slash is told."""
    found = _ROUTE.fullmatch(value) if isinstance(value, str) and not _is_long(value) else None
    if found is None or slip_in(value):
        return slip_in(value) or "one method, a space, and a path that begins with `/`"
    method, path, rest = (found[1] or "").upper(), found[2], found[3]
    if rest and rest[0] == "?":
        return "parameters are declared under `query`; constants go in `send: {query: …}`"
    if method and method not in _METHODS:
        return f"methods are {', '.join(_METHODS)}"
    if "://" in value:
        return f"the host stands in `base_url`: write `{method or 'GET'} {path or '/'}`"
    return f"write `{method or 'GET'} /{path.removeprefix('/')}`"


def address(value: str) -> str:
    """Of a `base_url`."""
    if _is_long(value):
        return _FIRST
    if _HOST.fullmatch(value):
        return f"write `https://{value}`"
    slip = "remove the space around it" if value != value.strip() else slip_in(value)
    return slip or next((hint for part, hint in _NOT_THERE if part in value), _FIRST)


def kind(words: list[str], value: Any, path: tuple[str | int, ...]) -> str:
    """Of a value whose type is another one; `words` say which are expected."""
    if _is_long(value):
        return ""
    number = isinstance(value, str) and tag_of(value) in ("int", "float")
    if "a list" in words and not isinstance(value, list) and not (number and "a whole number" in words):
        return _as_list(value)
    if "a map" in words and value is not None:
        return _as_map(value, path)
    if isinstance(value, str):
        return _as_word(value) if "`true`" in words else _as_number(value) if _NUMBERS & set(words) else ""
    if isinstance(value, float) and value.is_integer() and "a whole number" in words:
        return f"write `{value:.0f}`"
    return "quote it to make it text" if "text" in words and isinstance(value, (int, float)) else ""


def name(text: str, separator: str) -> str:
    """A name as they are here: `listThings` is `list_things`."""
    words = [word.lower() for word in _CHANGES.split(text) if word]
    joined = separator.join(words)
    return f"did you mean `{joined}`?" if joined[:1].isalpha() and joined.isascii() and joined != text else ""


def _as_list(value: Any) -> str:
    if isinstance(value, dict):
        return "write `- ` before its first key, and indent the others as far"
    if isinstance(value, str):
        return stuck_item(value) or (f"write `[{value}]`" if _LISTED.fullmatch(value) else f'write `["{value}"]`')
    return "" if value is None else f"write `[{value}]`"


def _as_map(value: Any, path: tuple[str | int, ...]) -> str:
    if isinstance(value, list):
        one = len(value) == 1 and isinstance(value[0], dict) and path[-1:] != ("endpoints",)
        around = "remove the `- ` or the `[]` around it"
        return around if one else "write each as a key with its own value, and without `- `"
    if not isinstance(value, str):
        return f"write `{{status: {value}}}`" if path[-1:] == ("when",) else KEYS
    return _text_as_map(value, path)


def _text_as_map(value: str, path: tuple[str | int, ...]) -> str:
    if (spaced := after_colon(value)) is not None:
        return spaced[0]
    if path[-1:] == ("path",) and value.startswith("/"):
        return "it describes the parameters; the path itself stands in `route`, behind the method"
    if value in _TYPES:
        return f"write `{{type: {value}}}`"
    if value.partition("#")[0].endswith((".json", ".yaml", ".yml")):
        return f"write `{{$ref: {value}}}`"
    return 'write `{use: bearer, token: "${NAME}"}`' if path[-1:] == ("credential",) else slip_in(value) or KEYS


def _is_long(value: Any) -> bool:
    """Whether it is longer than what somebody can have mistyped."""
    return isinstance(value, str) and len(value) > _LONGEST


def _as_word(value: str) -> str:
    word = _WORDS.get(value.lower(), value.lower())
    if word not in ("true", "false"):
        return ""
    return "remove the quotes" if value == word else f"write `{word}`"


def _as_number(value: str) -> str:
    if tag_of(value) in ("int", "float"):
        return "remove the quotes"
    found = _NUMBER.fullmatch(value)
    return f"did you mean `{re.sub('[_,]', '', found[1])}`?" if found is not None else slip_in(value)
