"""A vendor's document as plain values: JSON or YAML, told apart by what is in it, and within bounds."""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from gateway.files import opened
from gateway.importing.faults import Unreadable

LARGEST = 20_000_000
"""Bytes of a document; the largest that vendors publish have about twelve million."""

DEEPEST = 150
MOST_VALUES = 1_000_000
"""Values of a YAML document, aliases counted each time."""

Node = Any
"""What a vendor wrote: anything at all, until it is looked at."""

_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def text_of(path: Path) -> str:
    """Raises Unreadable."""
    try:
        with opened(path) as stream:
            raw = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no file name"
        raise Unreadable(f"the file cannot be read: {reason.lower()}") from None
    if len(raw) > LARGEST:
        raise Unreadable(f"the file is larger than {LARGEST // 1_000_000} MB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("the file is not UTF-8") from None


def values_of(text: str) -> Node:
    """The document's values. Raises Unreadable."""
    try:
        return _json(text) if text.lstrip()[:1] in {"{", "["} else _Yaml(text).values()
    except RecursionError:
        raise Unreadable("the document nests too deep") from None


def _json(text: str) -> Node:
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise Unreadable(f"the document is not JSON: {str(error).lower()}") from None
    _check_depth(found)
    return found


def _check_depth(found: Node) -> None:
    """Whoever goes through the document later need not fear for the stack."""
    level = [found]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise Unreadable("the document nests too deep")


class _Composer(yaml.CSafeLoader):
    """libyaml's composer, bounded: it nests on the C stack."""

    _depth = 0

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable("the document nests too deep")

    def ascend_resolver(self) -> None:
        self._depth -= 1

    def resolve(self, kind: type, value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return "plain" if implicit[0] else "text"
        return "map" if kind is yaml.MappingNode else "list"


class _Yaml:
    """YAML 1.2: dates and `NO` stay text; keys such as `200` are text. An alias is a copy, and counts as one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = MOST_VALUES

    def values(self) -> Node:
        try:
            node = _Composer(self._text).get_single_node()
        except yaml.YAMLError as error:
            raise Unreadable(f"the document is not YAML: {_sentence(error)}") from None
        return None if node is None else self._value(node, 0)

    def _value(self, node: yaml.Node, depth: int) -> Node:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            raise Unreadable("the document nests too deep, or has too many values")
        if isinstance(node, yaml.MappingNode):
            return {_key(key): self._value(value, depth + 1) for key, value in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, depth + 1) for item in node.value]
        return _scalar(node.value) if node.tag == "plain" else node.value


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise Unreadable("a key of the document is not text")
    return str(node.value)


def _scalar(text: str) -> Node:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text) and len(text) < 40:  # noqa: PLR2004 - no number of a schema is longer
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _sentence(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or "it holds a control character").lower()
    return problem if mark is None else f"line {mark.line + 1}: {problem}"
