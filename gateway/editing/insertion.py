"""Puts something at the end of a map at the top of the file, and touches no other character of it."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import yaml

from gateway.editing.refusing import Refused
from gateway.loading.reading import Text

_INDENT = 2


class _Spot(msgspec.Struct, frozen=True):
    """Where lines go in: instead of the characters from `start` to `end`, indented by `indent`, below `above`.

    The first of `above` goes on with the line that `start` is in where that is not at its beginning.
    """

    start: int
    end: int
    indent: int
    above: tuple[str, ...]


def insert(source: Text, root: yaml.Node, lines: Sequence[str], section: str = "integrations") -> str:
    """The text with the lines in it, indented and ended as the file's own are. Raises Refused."""
    text = source.text
    spot = _spot(text, root, section)
    end = "\r\n" if "\r\n" in text else "\n"
    indented = [" " * spot.indent + line if line else "" for line in lines]
    return text[: spot.start] + end.join([*spot.above, *indented, ""]) + text[spot.end :]


def _spot(text: str, root: yaml.Node, section: str) -> _Spot:
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise Refused("the file is written in braces, where nothing can be inserted: `gateway fmt` opens them")
    found = [(key, value) for key, value in root.value if key.value == section]
    if not found:
        return _Spot(len(text), len(text), _width(root), (*_below(text, len(text)), f"{section}:", ""))
    key, value = found[0]
    if isinstance(value, yaml.MappingNode) and value.value:
        return _after_the_last(text, value, section)
    if not _is_empty(value):
        raise Refused(f"`{section}` has to be a map")
    return _instead_of_nothing(text, key, value, _width(root))


def _after_the_last(text: str, entries: yaml.MappingNode, section: str) -> _Spot:
    if entries.flow_style:
        raise Refused(f"`{section}` is written in braces, where nothing can be inserted: `gateway fmt` opens them")
    column = entries.start_mark.column
    end = _without_what_follows(text, entries.end_mark.index, column)
    return _Spot(end, end, column, _below(text, end))


def _below(text: str, index: int) -> tuple[str, ...]:
    """A blank line; where the line above has no end, that first."""
    return ("",) if text[:index].endswith("\n") else ("", "")


def _without_what_follows(text: str, index: int, column: int) -> int:
    """Back from where the next key begins, over blank lines and over comments that are indented less: they are its."""
    start = text.rfind("\n", 0, index) + 1 if text[index:].strip() else len(text)
    while start:
        before = text.rfind("\n", 0, start - 1) + 1
        line = text[before:start]
        outer = line.lstrip(" ").startswith("#") and len(line) - len(line.lstrip(" ")) < column
        if line.strip() and not outer:
            break
        start = before
    return start


def _instead_of_nothing(text: str, key: yaml.Node, value: yaml.Node, width: int) -> _Spot:
    """`integrations:` alone, or with `{}` or `null` behind it, which gives way; comments of the line stay."""
    column = key.start_mark.column
    if value.start_mark.index == value.end_mark.index:
        end = _after_comments(text, key.end_mark.index, column)
        return _Spot(end, end, column + width, _below(text, end))
    after = text[value.end_mark.index :].split("\n", 1)[0].strip()
    above = (f": {after}" if after else ":", "")
    line_end = text.find("\n", value.end_mark.index) + 1 or len(text)
    return _Spot(key.end_mark.index, line_end, column + width, above)


def _after_comments(text: str, index: int, column: int) -> int:
    """Behind the key's line, and the comments below it that are indented more."""
    end = text.find("\n", index) + 1 or len(text)
    while inner := re.compile(rf"[ ]{{{column + 1},}}#.*(?:\n|\Z)").match(text, end):
        end = inner.end()
    return end


def _width(root: yaml.MappingNode) -> int:
    """How far the file indents what stands below a key of its top."""
    below = [value for _, value in root.value if isinstance(value, yaml.MappingNode) and not value.flow_style]
    return below[0].start_mark.column - root.start_mark.column if below else _INDENT


def _is_empty(value: Any) -> bool:
    return value.tag == "null" if isinstance(value, yaml.ScalarNode) else not value.value
