"""The comments and blank lines of a YAML text: what its values do not tell."""

import re
from collections.abc import Iterator

import yaml

from gateway.editing.formatting.nodes import BLANK, Comment

_COMMENT = re.compile(r"#[^\n\x85\u2028\u2029]*")
_LINE_END = re.compile(r"[\n\x85\u2028\u2029]")


def comments(text: str) -> Iterator[Comment]:
    """In the order of the text, which is YAML."""
    starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
    line = 0
    for begin, end in _gaps(text):
        for found in _COMMENT.finditer(text, begin, end):
            while line + 1 < len(starts) and starts[line + 1] <= found.start():
                line += 1
            alone = not text[starts[line] : found.start()].strip()
            yield Comment(found[0].rstrip(), found.start(), line, found.start() - starts[line], alone)


def _gaps(text: str) -> Iterator[tuple[int, int]]:
    """What lies between the values: `#` begins a comment there, wherever it stands."""
    end = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.ScalarToken):
            start = token.start_mark.index
            yield end, start
            if token.style in {"|", ">"}:
                header_end = _LINE_END.search(text, start)
                yield start, header_end.start() if header_end else len(text)
            end = token.end_mark.index
    yield end, len(text)


class Margin:
    """Hands out what stands beside and between the values, each once and in order; `line` is the last one passed."""

    def __init__(self, text: str) -> None:
        self.lines = _LINE_END.split(text)
        self._comments = list(comments(text))
        self._next = 0
        self.line = -1

    def passed(self, line: int) -> None:
        """Everything up to the end of this line belongs to values."""
        self.line = max(self.line, line)

    def beside(self, line: int, index: int) -> Comment | None:
        """The comment behind what begins in a line, or in one of its later lines, if it stands before `index`."""
        found = self._ahead(index)
        if found is None or found.alone or found.line < line:
            return None
        self._next += 1
        return found

    def above(self, line: int, index: int) -> tuple[str, ...]:
        """All that is left before what begins in a line, at `index`."""
        lines: list[str] = []
        while (found := self._ahead(index)) is not None:
            lines += self._taken(found)
        lines += self._blank(line)
        return tuple(lines)

    def below(self, index: int, column: int) -> tuple[str, ...]:
        """The comments before `index` that stand alone in their lines and are indented by `column` at least."""
        lines: list[str] = []
        while (found := self._ahead(index)) is not None and found.alone and found.column >= column:
            lines += self._taken(found)
        return tuple(lines)

    def _ahead(self, index: int) -> Comment | None:
        found = self._comments[self._next] if self._next < len(self._comments) else None
        return found if found is not None and found.index < index else None

    def _taken(self, comment: Comment) -> list[str]:
        self._next += 1
        blank = self._blank(comment.line)
        self.passed(comment.line)
        return [*blank, comment.text]

    def _blank(self, line: int) -> list[str]:
        """One blank line, if there is any between what is passed and this line."""
        between = self.lines[self.line + 1 : max(line, 0)]
        return [BLANK] if any(not one.strip() for one in between) else []
