"""One problem for people: what is wrong, the line where it stands, and what would be right."""

from collections.abc import Iterable

from gateway.diagnostics import Problem, Severity, one_line
from gateway.reporting.colour import Colour, Paint, plain

_WIDTH = 100
_COLOURS: dict[Severity, Colour] = {"error": "red", "warning": "yellow"}


def render_text(problem: Problem, text: str, paint: Paint = plain) -> str:
    """The problem with an excerpt of `text`, which is what its file holds."""
    place = problem.place
    gutter = " " * len(str(place.line))
    kind = paint(f"{problem.severity}[{problem.code}]", _COLOURS[problem.severity])
    lines = [
        f"{kind}: {paint(one_line(problem.message), 'bold')}",
        f"{gutter}--> {place.file}:{place.line}:{place.column}",
        *_excerpt(problem, text, gutter, paint),
    ]
    if problem.allowed:
        lines.append(f"{gutter} = allowed here: {_shortened(problem.allowed)}")
    lines.append(f"{gutter} = help: {help_of(problem.code)}")
    return "\n".join(lines)


def help_of(code: str) -> str:
    """The command that explains a code."""
    return f"gateway explain {code}"


def _excerpt(problem: Problem, text: str, gutter: str, paint: Paint) -> list[str]:
    place = problem.place
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    hint = [f"{gutter} = {problem.hint}"] if problem.hint else []
    if place.line > len(rows) or not rows[place.line - 1].strip():
        return [f"{gutter} |", *hint]
    row = _masked(rows[place.line - 1], problem.hidden)
    before = "".join(letter if letter == "\t" else " " for letter in row[: place.column - 1])
    carets = "^" * max(1, min(place.length, len(row) - place.column + 1))
    return [
        f"{gutter} |",
        f"{place.line} | {row}",
        f"{gutter} | {before}{paint(f'{carets} {problem.hint}'.rstrip(), _COLOURS[problem.severity])}",
        f"{gutter} |",
    ]


def _masked(row: str, hidden: Iterable[tuple[int, int]]) -> str:
    for column, length in hidden:
        row = row[: column - 1] + "*" * min(length, len(row) - column + 1) + row[column - 1 + length :]
    return row


def _shortened(names: tuple[str, ...]) -> str:
    """As many as fit on a line."""
    shown = ""
    for name in names:
        longer = f"{shown}, {name}" if shown else name
        if len(longer) > _WIDTH:
            return f"{shown}, …"
        shown = longer
    return shown
