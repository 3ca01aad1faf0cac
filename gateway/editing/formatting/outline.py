"""Reads YAML into what the formatter writes: no value is changed, no comment is left without an owner."""

from collections.abc import Iterator

import msgspec
import yaml

from gateway.editing.formatting.comments import Margin
from gateway.editing.formatting.nodes import Collection, Comment, Entry, Scalar
from gateway.editing.formatting.words import block, word

_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class _Mark(msgspec.Struct, frozen=True):
    """Where something is in the text, all counted from 0."""

    index: int
    line: int
    column: int


def _start(event: yaml.Event) -> _Mark:
    mark = event.start_mark
    assert mark is not None  # noqa: S101 - libyaml marks every event; only events made by hand have none
    return _Mark(mark.index, mark.line, mark.column)


def _end(event: yaml.Event) -> _Mark:
    mark = event.end_mark
    assert mark is not None  # noqa: S101 - as above
    return _Mark(mark.index, mark.line, mark.column)


def outline(text: str) -> Collection:
    """The map that the text, which is valid and has line feeds only, holds."""
    root = _Reader(text).root()
    assert isinstance(root, Collection)  # noqa: S101 - whoever calls has looked
    return root


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._margin = Margin(text)
        self._events: list[yaml.Event] = list(yaml.parse(text, Loader=yaml.CSafeLoader))[2:]
        self._at = 0

    def root(self) -> Scalar | Collection:
        node = self._node(-1)
        rest = self._margin.above(len(self._margin.lines), len(self._text))
        while rest and not rest[-1]:
            rest = rest[:-1]
        return msgspec.structs.replace(node, tail=(*node.tail, *rest)) if isinstance(node, Collection) else node

    @property
    def _ahead(self) -> yaml.Event:
        return self._events[self._at]

    def _node(self, outer: int) -> Scalar | Collection:
        """`outer` is the column of the map around, which a list may share."""
        event = self._ahead
        self._at += 1
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.AliasEvent):
            self._margin.passed(_end(event).line)
            return Scalar(f"*{event.anchor}")
        assert isinstance(event, yaml.CollectionStartEvent)  # noqa: S101 - the one kind that is left
        return self._collection(event, outer)

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        start, end = _start(event), _end(event)
        raw = self._text[start.index : end.index]
        if event.anchor:
            raw = raw.removeprefix(f"&{event.anchor}").lstrip()
        if event.style not in {"|", ">"}:
            self._margin.passed(end.line)
            return word(event, raw)
        header = self._text.count("\n", 0, end.index - len(raw))
        lines = self._margin.lines[header + 1 : end.line + (end.column > 0)]
        scalar, count = block(event, raw, lines)
        self._margin.passed(header + count)
        return scalar

    def _collection(self, event: yaml.CollectionStartEvent, outer: int) -> Collection:
        is_map, start, flow = isinstance(event, yaml.MappingStartEvent), _start(event), bool(event.flow_style)
        if flow:
            self._margin.passed(start.line)
        column = self._column(event)
        entries = tuple(self._entries(column, is_map=is_map, flow=flow))
        end = self._ahead
        self._at += 1
        tail = self._margin.below(_start(end).index, 0 if flow else column + (column == outer))
        if flow:
            self._margin.passed(_end(end).line)
        return Collection(
            entries,
            is_map=is_map,
            flow=flow,
            anchor=f"&{event.anchor} " if event.anchor else "",
            tail=tail,
            spread=start.line != _end(end).line,
            hanging=bool(entries) and entries[0].broken,
        )

    def _column(self, event: yaml.CollectionStartEvent) -> int:
        """Where its entries begin; an anchor stands somewhere else."""
        first = _start(self._ahead).column
        if isinstance(event, yaml.MappingStartEvent):
            return first
        return first - len("- ") if event.anchor else _start(event).column

    def _entries(self, column: int, *, is_map: bool, flow: bool) -> Iterator[Entry]:
        while not isinstance(self._ahead, _ENDS):
            start = _start(self._ahead)
            before = self._margin.above(start.line, start.index)
            broken = start.line > self._margin.line
            key, behind_key = self._key(column) if is_map else (None, None)
            begin = _start(self._ahead).line
            value = self._node(column)
            inner = isinstance(value, Collection) and not value.flow
            after = None if inner else self._margin.beside(begin, _start(self._ahead).index)
            if behind_key is not None and after is not None:
                before = (*before, behind_key.text)
            empty = not flow and isinstance(value, Scalar) and not value.text
            inside = self._margin.below(_start(self._ahead).index, column + 1) if empty else ()
            if flow:
                before = tuple(line for line in before if line)
            yield Entry(key, value, before, after or behind_key, inside, broken)

    def _key(self, column: int) -> tuple[Scalar, Comment | None]:
        line = _start(self._ahead).line
        key = self._node(column)
        assert isinstance(key, Scalar)  # noqa: S101 - other keys are no longer there
        return key, self._margin.beside(line, _start(self._ahead).index)
