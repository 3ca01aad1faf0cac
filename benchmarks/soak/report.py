"""What a soak has found: as tables, and as a verdict."""

from collections.abc import Mapping, Sequence

import msgspec

from benchmarks.soak.watching import Sample, Trend

NEVER = ("never answered", "500 internal-error")
"""Outcomes that nothing excuses."""
ROWS = 20


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`before` the first request and `after` a rest; `wrongs` counts answers that were not the caller's own."""

    samples: Sequence[Sample]
    before: Sample
    after: Sample
    trends: Sequence[Trend]
    outcomes: Mapping[str, int]
    vendor: Mapping[str, int]
    operator: Mapping[str, int]
    wrongs: int
    wrong: Sequence[str]
    unforeseen: Sequence[str]

    @property
    def faults(self) -> list[str]:
        grown = [f"{trend.measure} grows" for trend in self.trends if not trend.flat]
        found = [f"{name}: {self.outcomes[name]:,}" for name in NEVER if name in self.outcomes]
        marks = [f"{self.wrongs:,} answers were not the caller's own"] if self.wrongs else []
        left = [] if self.after.rests else ["fetches or keys in redis are left although nobody asks"]
        said = [f"{len(self.unforeseen)} lines of the log tell of what nobody foresaw"] if self.unforeseen else []
        return [*grown, *found, *marks, *left, *said]

    @property
    def good(self) -> bool:
        return not self.faults

    @property
    def verdict(self) -> str:
        return "flat, and every answer its caller's own" if self.good else "not good: " + "; ".join(self.faults)


def told(report: Report) -> str:
    step = max(len(report.samples) // ROWS, 1)
    shown = [report.before, *report.samples[step - 1 :: step], report.after]
    rows = [msgspec.structs.astuple(sample) for sample in shown]
    trends = [
        (trend.measure, f"{trend.slope:+.2f}", f"{trend.growth:+.1f}", "flat" if trend.flat else "grows")
        for trend in report.trends
    ]
    parts = [
        _table(Sample.__struct_fields__, rows),
        _table(("after the warm-up", "per 100,000 requests", "in all", "verdict"), trends),
        _counts("outcome", report.outcomes),
        _counts("the vendor", report.vendor),
        _counts("the people who run it", report.operator),
        "\n".join((*report.wrong, *report.unforeseen)),
    ]
    return "\n\n".join(part for part in parts if part)


def _counts(what: str, counts: Mapping[str, int]) -> str:
    rows = sorted(counts.items(), key=lambda pair: -pair[1])
    return _table((what, "times"), [(name, f"{number:,}") for name, number in rows])


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
