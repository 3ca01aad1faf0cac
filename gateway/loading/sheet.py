"""One file's nodes, and where in it the values stand that they came to."""

from pathlib import Path

import yaml

from gateway.diagnostics import Place
from gateway.loading.reading import Text
from gateway.loading.tree import Keys


class Sheet:
    """A text and the nodes that were read from it."""

    def __init__(self, text: Text, root: yaml.Node) -> None:
        self._text = text
        self._root = root
        self._keys: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = {}

    @property
    def file(self) -> str:
        return self._text.file

    @property
    def folder(self) -> Path:
        return Path(self._text.file).parent

    def place(self, node: yaml.Node) -> Place:
        return self._text.place(node.start_mark.index, node.end_mark.index)

    def ends(self, node: yaml.Node) -> tuple[Place, Place]:
        """Where a node begins, and the place right behind it; libyaml counts more characters as line breaks."""
        start, end = node.start_mark.index, node.end_mark.index
        return self._text.place(start, start), self._text.place(end, end)

    def row(self, node: yaml.Node) -> str:
        """The line in which a node begins."""
        return self._text.row(node.start_mark.index)

    def find(self, path: Keys) -> tuple[yaml.Node, yaml.Node, int]:
        """The key (in a list the item), the value, and how many steps of the path lead there.

        Where the path leads nowhere, those of the nearest ancestor.
        """
        key = node = self._root
        for index, step in enumerate(path):
            if isinstance(node, yaml.MappingNode) and (found := self._index(node).get(str(step))) is not None:
                key, node = found
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                key = node = node.value[step]
            else:
                return key, node, index
        return key, node, len(path)

    def _index(self, node: yaml.MappingNode) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        if id(node) not in self._keys:
            pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
            for key, value in node.value:
                if isinstance(key.value, str):
                    pairs.setdefault(key.value, (key, value))
            self._keys[id(node)] = pairs
        return self._keys[id(node)]
