"""Where the keys and values of a config stand, found with PyYAML alone: the oracle knows nothing of the loader."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import yaml

Path = tuple[str, ...]

FREE = frozenset(
    {"path", "query", "headers", "body", "response", "schema", "examples", "rename", "rewrite", "error_body", "header"}
)
"""Keys below which everything is the vendor's affair, or a name that somebody chose."""


class Entry(NamedTuple):
    """A key and its value; `path` has the names of the keys above, and `#` for the item of a list."""

    path: Path
    key: yaml.ScalarNode
    value: yaml.Node
    owner: yaml.MappingNode
    holder: "Entry | None"

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def line(self) -> int:
        return int(self.key.start_mark.line) + 1

    @property
    def value_line(self) -> int:
        """Of a plain value its own line, else that of the key."""
        return int(self.value.start_mark.line) + 1 if isinstance(self.value, yaml.ScalarNode) else self.line

    @property
    def alone(self) -> bool:
        """Whether it stands in lines of its own."""
        return not self.owner.flow_style and self.key.start_mark.column % 2 == 0 and "#" not in self.path[-2:-1]

    @property
    def simple(self) -> bool:
        """Whether it is one line, key and value."""
        return self.alone and self.key.start_mark.line == self.value.end_mark.line

    @property
    def text(self) -> str:
        return str(self.value.value) if isinstance(self.value, yaml.ScalarNode) else ""

    @property
    def plain(self) -> bool:
        """Whether the value is a word without quotes and without a reference."""
        bare = isinstance(self.value, yaml.ScalarNode) and not self.value.style
        return bare and "${" not in self.text and self.text not in ("", "null")

    @property
    def braced(self) -> bool:
        """Whether the value is a map or a list in braces or brackets."""
        return isinstance(self.value, yaml.CollectionNode) and bool(self.value.flow_style)


class Shipped:
    """A text and its entries."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        root = yaml.compose(self.text, yaml.CSafeLoader)
        assert root is not None
        return tuple(_entries(root, (), None))

    @cached_property
    def keys(self) -> tuple[Entry, ...]:
        """The entries whose key is a word of the config language."""
        return tuple(entry for entry in self.entries if _is_word(entry.path))

    def endpoints(self) -> Iterator[Entry]:
        yield from (entry for entry in self.entries if len(entry.path) == 4 and entry.path[2] == "endpoints")

    def integrations(self) -> Iterator[Entry]:
        yield from (entry for entry in self.entries if len(entry.path) == 2 and entry.path[0] == "integrations")

    def at(self, path: Path) -> Entry:
        return next(entry for entry in self.entries if entry.path == path)

    def put(self, start: int, end: int, text: str) -> str:
        return self.text[:start] + text + self.text[end:]

    def with_key(self, entry: Entry, key: str) -> str:
        return self.put(entry.key.start_mark.index, entry.key.end_mark.index, key)

    def with_value(self, entry: Entry, value: str) -> str:
        return self.put(entry.value.start_mark.index, entry.value.end_mark.index, value)

    def row(self, line: int) -> tuple[int, int]:
        """Where a line begins and ends, its break included."""
        rows = self.text.splitlines(keepends=True)
        start = sum(map(len, rows[: line - 1]))
        return start, start + len(rows[line - 1])


def _entries(node: yaml.Node, path: Path, holder: Entry | None) -> Iterator[Entry]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            entry = Entry((*path, key.value), key, value, node, holder)
            yield entry
            yield from _entries(value, entry.path, entry)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _entries(item, (*path, "#"), holder)


def _is_word(path: Path) -> bool:
    inner = path[4:] if path[2:3] == ("endpoints",) else path[2:] if path[:1] == ("integrations",) else path
    if path == ("integrations",):
        return True
    within = [name for name in inner[:-1] if name in FREE]
    return bool(inner) and not within and not inner[-1].isdigit()
