"""The vendors that come with the gateway: where their file is, and one of them cut out of it as it is written there."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from gateway.editing.refusing import Refused
from gateway.loading.naming import nearest
from gateway.loading.reading import Text, compose, read_text
from gateway.loading.tree import Keys, Tree

_INDENT = 2
"""How the shipped file is indented; a test holds it to that."""


def shipped_config() -> Path:
    """The file: in the package where it was installed, at the top of the repository in a checkout."""
    package = Path(__file__).parent.parent
    packaged = package / "shipped" / "integrations.yaml"
    return packaged if packaged.is_file() else package.parent / "integrations.yaml"


class Cutting(msgspec.Struct, frozen=True):
    """An integration: its lines, indented by nothing, its comments with it; what they say, and what they refer to.

    `provider` is the OAuth provider that its credential names, cut out likewise.
    """

    name: str
    lines: tuple[str, ...]
    data: Mapping[str, Any]
    references: tuple[tuple[Keys, str], ...]
    provider: "Cutting | None" = None


class Shipped:
    """The shipped file, read once."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or shipped_config()
        self._text = Text(str(self.path), read_text(self.path))
        self._root = compose(self._text)
        tree = Tree(self._root, self._text)
        self.data: dict[str, Any] = tree.data
        self._references = tree.references

    @property
    def titles(self) -> dict[str, str]:
        """What can be added, by name."""
        return {name: str(one.get("title", name)) for name, one in self.data["integrations"].items()}

    def cut(self, vendor: str, name: str) -> Cutting:
        """The integration under another name, its mount with it. Raises Refused."""
        integrations = self.data["integrations"]
        if vendor not in integrations:
            hint = nearest(vendor, integrations) or f"there are {', '.join(f'`{one}`' for one in integrations)}"
            raise Refused(f"no vendor `{vendor}` comes with the gateway; {hint}")
        lines = _outdented(self._renamed(vendor, name))
        data = _under_name(integrations[vendor], vendor, name)
        provider = (data.get("credential") or {}).get("provider")
        return Cutting(
            name,
            lines,
            data,
            self._referred("integrations", vendor, name),
            None if provider is None else self._provider(provider),
        )

    def _provider(self, name: str) -> Cutting:
        first, last, _ = self._span("providers", name)
        lines = _outdented(self._text.text[first:last])
        return Cutting(name, lines, self.data["providers"][name], self._referred("providers", name, name))

    def _referred(self, section: str, key: str, name: str) -> tuple[tuple[Keys, str], ...]:
        return tuple(
            ((section, name, *path[2:]), text) for path, text in self._references if path[:2] == (section, key)
        )

    def _renamed(self, vendor: str, name: str) -> str:
        first, last, (key, integration) = self._span("integrations", vendor)
        spans = [(key.start_mark.index, key.end_mark.index, name)]
        mount = _value(_value(integration, "native"), "mount")
        if isinstance(mount, yaml.ScalarNode) and mount.value == f"/native/{vendor}":
            spans.append((mount.start_mark.index, mount.end_mark.index, f"/native/{name}"))
        text = self._text.text
        for start, stop, new in sorted(spans, reverse=True):
            text = text[:start] + new + text[stop:]
            last += len(new) - (stop - start)
        return text[first:last]

    def _span(self, section: str, name: str) -> tuple[int, int, tuple[yaml.Node, yaml.Node]]:
        """Where an entry of a map at the top begins and ends, and its nodes."""
        pairs = _value(self._root, section).value
        index = next(index for index, (key, _) in enumerate(pairs) if key.value == name)
        key, value = pairs[index]
        end = pairs[index + 1][0].start_mark.index if index + 1 < len(pairs) else value.end_mark.index
        return self._begin(key.start_mark.index), self._end(end), (key, value)

    def _begin(self, index: int) -> int:
        """The line of the first comment above the key."""
        start = self._line(index)
        while start and self._text.text[self._line(start - 1) : start].lstrip().startswith("#"):
            start = self._line(start - 1)
        return start

    def _end(self, index: int) -> int:
        """After the last line that is not blank and not a comment of what follows."""
        kept = self._text.text[: self._line(index)] if index < len(self._text.text) else self._text.text
        return len(re.sub(r"(?:\n {0,2}(?:#.*)?)*\n?\Z", "", kept))

    def _line(self, index: int) -> int:
        return self._text.text.rfind("\n", 0, index) + 1


def _outdented(text: str) -> tuple[str, ...]:
    return tuple(line.removeprefix(" " * _INDENT) for line in text.split("\n"))


def _value(node: yaml.Node | None, name: str) -> Any:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


def _under_name(integration: dict[str, Any], vendor: str, name: str) -> dict[str, Any]:
    native = integration.get("native")
    if not native or native.get("mount") != f"/native/{vendor}":
        return integration
    return {**integration, "native": {**native, "mount": f"/native/{name}"}}
