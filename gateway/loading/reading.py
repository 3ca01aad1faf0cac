"""Bytes of a file to YAML nodes: everything that can be wrong before keys and values mean anything."""

import re
from bisect import bisect_right
from pathlib import Path
from typing import Any

import yaml

from gateway.diagnostics import InvalidConfig, Place, Problem
from gateway.files import opened
from gateway.loading.rows import row_at
from gateway.loading.scalars import tag_of
from gateway.loading.syntax import fault_of

LARGEST = 10_000_000
"""Bytes of a config file; a thousand endpoints take about one and a half million."""

MOST_LINES = 1_000_000

DEEPEST = 64
MOST_NODES = 200_000
"""Keys and values of a config file, aliases counted each time; a thousand endpoints have about ninety thousand."""

_LINE_END = re.compile(r"\r\n|\r|\n")


class Text:
    """A file's text, and how its characters are told as lines and columns."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._starts: list[int] = []

    def place(self, start: int, end: int) -> Place:
        """Where the characters stand; the length stops at the end of the first line."""
        if not self._starts:
            self._starts = _line_starts(self.text)
        line = bisect_right(self._starts, start)
        first = self._starts[line - 1]
        last = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return Place(self.file, line, start - first + 1, max(1, min(end, last) - start))

    def row(self, index: int) -> str:
        """The line that holds the character."""
        return self.text[slice(*row_at(self.text, index))]


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in _LINE_END.finditer(text))]


def read_text(path: Path, *, piped: bool = False) -> str:
    """Raises InvalidConfig for a file that is missing, too large or not UTF-8; `piped` lets it be a pipe."""
    file = str(path)
    try:
        with path.open("rb") if piped else opened(path) as stream:
            raw = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # a name with a NUL is no name
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise refusal("GW001", Place(file), f"the file cannot be read: {reason}") from None
    if len(raw) > LARGEST:
        raise refusal("GW002", Place(file), f"the file is larger than {LARGEST // 1_000_000} MB")
    if raw.count(b"\n") + raw.count(b"\r") > MOST_LINES:
        raise refusal("GW002", Place(file), f"the file has more than {MOST_LINES:,} lines")
    try:
        return raw.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start)
        before = raw[raw.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")
        hint = "it is UTF-16: save it as UTF-8" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "save it as UTF-8"
        raise refusal("GW003", Place(file, line + 1, len(before) + 1), "the file is not UTF-8", hint) from None


def refusal(code: str, place: Place, message: str, hint: str = "") -> InvalidConfig:
    """A problem after which nothing else can be said about the file."""
    return InvalidConfig([Problem(code, "error", place, message, hint)])


class _TooMuch(Exception):
    """The composer met more, or deeper, than a config can be; `index` is where it was, about."""

    def __init__(self, message: str, holder: yaml.Node | None) -> None:
        super().__init__(message)
        self.index = holder.start_mark.index if holder is not None else 0


class _Composer(yaml.CSafeLoader):
    """libyaml's composer with the scalars of YAML 1.2, and with bounds: it nests on the C stack without any."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._nodes = 0

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        self._depth += 1
        self._nodes += 1
        if self._depth > DEEPEST:
            raise _TooMuch(f"the file nests deeper than {DEEPEST} levels", current_node)
        if self._nodes > MOST_NODES:
            raise _TooMuch(f"the file has more than {MOST_NODES:,} values", current_node)

    def ascend_resolver(self) -> None:
        self._depth -= 1

    def resolve(self, kind: type, value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return tag_of(value) if implicit[0] else "str"
        return "map" if kind is yaml.MappingNode else "seq"


def compose(source: Text) -> yaml.Node:
    """The nodes of the one document; raises InvalidConfig where the text is not YAML 1.2 in one document."""
    try:
        loader = _Composer(source.text)
        node = loader.get_single_node()
    except _TooMuch as bound:
        raise refusal("GW008", source.place(bound.index, bound.index + 1), str(bound)) from None
    except yaml.YAMLError as error:
        fault = fault_of(error, source.text)
        raise refusal(fault.code, source.place(fault.start, fault.end), fault.message, fault.hint) from None
    if node is None:
        raise refusal("GW011", Place(source.file), "the file is empty", "a config begins with `version: 1`")
    return node
