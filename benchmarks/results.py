"""What was measured, as medians, ratios, a table and JSON."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

import msgspec

from benchmarks.load import Figures


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One server: figures under load and with one connection, a pair for each round, and megabytes at the end."""

    name: str
    loaded: list[Figures]
    alone: list[Figures]
    memory: float


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """Everything; `ratios` are requests a second of the row against those of the column, round by round."""

    machine: Mapping[str, object]
    versions: Mapping[str, str]
    connections: int
    seconds: float
    rounds: int
    missing: list[str]
    rows: list[Row]
    ratios: Mapping[str, Mapping[str, float]]


def ratios(rows: Sequence[Row], bases: Iterable[str]) -> dict[str, dict[str, float]]:
    """By row and base; the median of the rounds' own ratios, since what disturbs a round disturbs all of it."""
    by_name = {row.name: row for row in rows}
    present = [by_name[base] for base in bases if base in by_name]
    return {row.name: {base.name: median(map(_ratio, row.loaded, base.loaded)) for base in present} for row in rows}


def table(results: Results) -> str:
    bases = list(next(iter(results.ratios.values())))
    head = ["server", "req/s", "p50 ms", "p99 ms", "alone p50 ms", "alone p99 ms", "µs", "MB", "failed"]
    lines = [[*head, *(f"x {base}" for base in bases)]]
    for row in results.rows:
        line = [row.name, f"{_median(row.loaded, lambda f: f.rate):,.0f}"]
        line += [f"{_median(row.loaded, read):.2f}" for read in (_p50, _p99)]
        line += [f"{_median(row.alone, read):.2f}" for read in (_p50, _p99)]
        line += [f"{_median(row.loaded, lambda f: f.cost):.0f}"]
        line += [f"{row.memory:.0f}", str(sum(figures.failed for figures in (*row.loaded, *row.alone)))]
        lines.append([*line, *(f"{results.ratios[row.name][base]:.2f}" for base in bases)])
    return "\n".join([*_aligned(lines), "", *_notes(results)])


def _aligned(lines: list[list[str]]) -> Iterable[str]:
    """A table that reads as it stands and as Markdown."""
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        cells = [line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))]
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"|{'|'.join('-' * (width + 2) for width in widths)}|"


def _notes(results: Results) -> Iterable[str]:
    machine, versions = results.machine, results.versions
    yield (
        f"medians of {results.rounds} rounds of {results.seconds:g} s, {results.connections} connections; "
        "alone: one connection; µs of a processor for each request; MB after the last round"
    )
    yield "; ".join(f"{name} {value}" for name, value in machine.items())
    yield "; ".join(f"{name}: {value}" for name, value in versions.items() if value)
    if results.missing:
        yield f"not installed, so left out: {', '.join(results.missing)}"


def _median(figures: Iterable[Figures], read: Callable[[Figures], float]) -> float:
    return median(map(read, figures))


def _p50(figures: Figures) -> float:
    return figures.p50


def _p99(figures: Figures) -> float:
    return figures.p99


def _ratio(figures: Figures, base: Figures) -> float:
    return figures.rate / base.rate
