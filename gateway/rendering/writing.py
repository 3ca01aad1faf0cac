"""Plain values as YAML that every reader takes the same way, each line with a comment on where it comes from."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.loading.scalars import tag_of
from gateway.rendering.values import is_leaf, pointer

_COLUMN = 60
"""Where comments begin; after a longer line they follow it."""

_PLAIN = re.compile(r"[A-Za-z_/$<.][^\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]*|[0-9]+(?:ms|[smhdB%]|[KMG]iB)")
_MEANS_SOMETHING = re.compile(r": | #|[: ]$")
_WORDS_OF_OTHERS = frozenset({"y", "n", "yes", "no", "on", "off"})
"""Truth values to readers of YAML 1.1."""

_EXPONENT = re.compile(r"^(-?[0-9]+)e")
"""Not a number to readers of YAML 1.1, unless it has a point."""

_UNPRINTABLE = re.compile(r"[\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]")

Line = tuple[str, str]
"""A line, and the pointer of the value on it; empty for what only holds others."""


def as_yaml(config: Mapping[str, Any], origins: Mapping[str, str] | None = None) -> str:
    """`origins` by JSON pointer; without any, there are no comments."""
    lines = _map(config, (), "")
    if origins is None:
        return "".join(f"{text}\n" for text, _ in lines)
    return "".join(f"{_commented(text, origins.get(at, 'default')) if at else text}\n" for text, at in lines)


def _commented(text: str, origin: str) -> str:
    return f"{text.ljust(_COLUMN)}  # {origin}"


def _map(value: Mapping[str, Any], path: tuple[str | int, ...], indent: str) -> Iterator[Line]:
    for key, item in value.items():
        yield from _entry(f"{indent}{_scalar(key)}:", item, (*path, key), indent)


def _entry(head: str, item: Any, path: tuple[str | int, ...], indent: str) -> Iterator[Line]:
    if is_leaf(item):
        yield f"{head} {_flow(item)}", pointer(path)
        return
    yield head, ""
    yield from _map(item, path, indent + "  ") if isinstance(item, Mapping) else _list(item, path, indent + "  ")


def _list(value: list[Any], path: tuple[str | int, ...], indent: str) -> Iterator[Line]:
    for index, item in enumerate(value):
        at = (*path, index)
        if is_leaf(item):
            yield f"{indent}- {_flow(item)}", pointer(at)
            continue
        inner = _map(item, at, indent + "  ") if isinstance(item, Mapping) else _list(item, at, indent + "  ")
        first, pointed = next(inner)
        yield f"{indent}- {first[len(indent) + 2 :]}", pointed
        yield from inner


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_scalar(item, within=True) for item in value) + "]"
    return "{}" if isinstance(value, Mapping) else _scalar(value)


def _scalar(value: Any, *, within: bool = False) -> str:
    if not isinstance(value, str):
        return _EXPONENT.sub(r"\1.0e", json.dumps(value))
    plain = _PLAIN.fullmatch(value) and not _MEANS_SOMETHING.search(value) and tag_of(value) == "str"
    if plain and value.lower() not in _WORDS_OF_OTHERS and not (within and set(value) & set(",[]{}?:")):
        return value
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
