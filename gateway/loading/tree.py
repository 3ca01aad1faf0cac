"""YAML nodes to plain values, strictly: what other readers would guess or drop is a problem here."""

from typing import Any

import yaml

from gateway.diagnostics import Problem
from gateway.loading.reading import DEEPEST, MOST_NODES, Text, refusal
from gateway.loading.scalars import value_of

Keys = tuple[str | int, ...]
"""The way from the top of the file to a value."""


class Tree:
    """The values of a file, where its references stand, and what is wrong with its keys."""

    def __init__(self, root: yaml.Node, source: Text) -> None:
        self.references: list[tuple[Keys, str]] = []
        self.problems: list[Problem] = []
        self._source = source
        self._path: list[str | int] = []
        self._count = 0
        self.data = self._value(root)

    def _value(self, node: yaml.Node) -> Any:
        self._count += 1
        if self._count > MOST_NODES or len(self._path) > DEEPEST:
            place = self._source.place(node.start_mark.index, node.end_mark.index)
            raise refusal("GW008", place, "aliases make the file too large or too deep")
        if isinstance(node, yaml.MappingNode):
            return self._map(node)
        if isinstance(node, yaml.SequenceNode):
            return self._list(node)
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Any:
        text = node.value
        if node.tag[0] in "!t":
            self._report("GW007", node, "tags such as `!x` are not allowed", "remove it; quotes make a value text")
            return text
        if "${" in text:
            self.references.append((tuple(self._path), text))
        return value_of(node.tag, text)

    def _list(self, node: yaml.SequenceNode) -> list[Any]:
        self._no_tag(node)
        items = []
        for index, item in enumerate(node.value):
            self._path.append(index)
            items.append(self._value(item))
            self._path.pop()
        return items

    def _map(self, node: yaml.MappingNode) -> dict[str, Any]:
        self._no_tag(node)
        values: dict[str, Any] = {}
        merged: list[tuple[yaml.Node, yaml.Node]] = []
        for key, value in node.value:
            if not self._readable(key):
                merged.append((key, value))
                continue
            name = key.value
            if name in values:
                self._report("GW005", key, f"the key `{name}` stands twice", "only one of them can be meant")
                continue
            self._path.append(name)
            values[name] = self._value(value)
            self._path.pop()
        for key, value in merged:
            self._merge(key, value, values)
        return values

    def _merge(self, key: yaml.Node, value: yaml.Node, values: dict[str, Any]) -> None:
        """A merge key is refused; what it brings is there all the same, so that nothing else seems to be missing."""
        if key.value == "<<" and isinstance(value, yaml.MappingNode):
            for name, item in self._value(value).items():
                values.setdefault(name, item)

    def _readable(self, key: yaml.Node) -> bool:
        """Whether the key is text, or a number, which means its text."""
        if key.tag == "str" and key.value != "<<" and "${" not in key.value:
            return True
        if key.tag == "int":
            return True
        self._report(*_wrong_key(key))
        return False

    def _no_tag(self, node: yaml.Node) -> None:
        if node.tag[0] in "!t":
            self._report("GW007", node, "tags such as `!x` are not allowed", "remove it")

    def _report(self, code: str, node: yaml.Node, message: str, hint: str = "") -> None:
        place = self._source.place(node.start_mark.index, node.end_mark.index)
        self.problems.append(Problem(code, "error", place, message, hint))


def _wrong_key(key: yaml.Node) -> tuple[str, yaml.Node, str, str]:
    if not isinstance(key, yaml.ScalarNode):
        return "GW009", key, "a key has to be text", ""
    if key.value == "<<":
        return "GW006", key, "merge keys (`<<`) are not part of YAML 1.2", "use `defaults`, or a profile with `extends`"
    if "${" in key.value:
        return "GW203", key, "a reference cannot stand in a key", "references are for values"
    if key.tag == "null" and not key.value:
        return "GW009", key, "a key is missing before the `:`", ""
    return "GW009", key, f"the key `{key.value}` is not text", "quote it"
