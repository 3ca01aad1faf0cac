"""A YAML file as it is to be written: values, and every comment and blank line at what it belongs to."""

from __future__ import annotations

import msgspec

BLANK = ""
"""A blank line among the lines of comments."""


class Comment(msgspec.Struct, frozen=True):
    """From its `#` to the end of the line; `alone` where nothing else stands on the line."""

    text: str
    index: int
    line: int
    column: int
    alone: bool


class Scalar(msgspec.Struct, frozen=True):
    """A plain or quoted value in one line; with `body`, a block whose header `text` is and whose lines those are."""

    text: str
    value: str = ""
    anchor: str = ""
    body: tuple[str, ...] | None = None


class Collection(msgspec.Struct, frozen=True):
    """A map or a list. `tail` are comments behind the last entry.

    In braces or brackets it is `flow`: `spread` where it goes over several lines, `hanging` where the first of them
    ends with the opening one.
    """

    entries: tuple[Entry, ...]
    is_map: bool
    flow: bool
    anchor: str = ""
    tail: tuple[str, ...] = ()
    spread: bool = False
    hanging: bool = False


class Entry(msgspec.Struct, frozen=True):
    """A key with its value, or an item of a list.

    `before` are the comments and blank lines above, `comment` stands behind it in its line, `inside` are comments
    below a key without value. `broken` where, inside of braces, it begins a line.
    """

    key: Scalar | None
    value: Scalar | Collection
    before: tuple[str, ...] = ()
    comment: Comment | None = None
    inside: tuple[str, ...] = ()
    broken: bool = False
