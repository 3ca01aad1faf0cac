"""Histograms that cost a request less than prometheus_client's own: a look-up in sorted bounds and two additions.

prometheus_client still names, checks and writes them: at each scrape they are its samples, exemplars included.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from math import inf

from prometheus_client.core import Metric
from prometheus_client.samples import Exemplar, Sample

Mark = tuple[str, str, float, float]
"""An exemplar: its one label's name and value, the observed value, and when, in seconds since 1970."""


class Duration:
    """One child of a histogram. `counts` are not cumulative; the last is of what is above every bound."""

    __slots__ = ("bounds", "counts", "marks", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.marks: list[Mark | None] = [None] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> int:
        """Tells the bucket, where `marks` may get an exemplar."""
        bucket = bisect_left(self.bounds, seconds)
        self.counts[bucket] += 1
        self.total += seconds
        return bucket


class Durations:
    """A histogram with its children, by the values of its labels: a collector for prometheus_client's registry."""

    def __init__(self, name: str, about: str, labels: Sequence[str], buckets: Sequence[float]) -> None:
        self._name, self._about, self._labels = name, about, tuple(labels)
        self._buckets = tuple(buckets)
        self._children: dict[tuple[str, ...], Duration] = {}

    def child(self, *values: str) -> Duration:
        found = self._children.get(values)
        if found is None:
            found = self._children[values] = Duration(self._buckets)
        return found

    def collect(self) -> Iterator[Metric]:
        metric = Metric(self._name, self._about, "histogram")
        for values, child in list(self._children.items()):
            metric.samples.extend(_samples(self._name, dict(zip(self._labels, values, strict=True)), child))
        yield metric

    def describe(self) -> list[Metric]:
        """Tells the registry the name before there is a child."""
        return [Metric(self._name, self._about, "histogram")]


def _samples(name: str, labels: dict[str, str], child: Duration) -> Iterator[Sample]:
    below = 0
    bounds = [*child.bounds, inf]
    for bound, count, mark in zip(bounds, child.counts, child.marks, strict=True):
        below += count
        exemplar = None if mark is None else Exemplar({mark[0]: mark[1]}, mark[2], mark[3])
        yield Sample(
            f"{name}_bucket", {**labels, "le": "+Inf" if bound == inf else f"{bound!r}"}, below, None, exemplar
        )
    yield Sample(f"{name}_sum", labels, child.total)
    yield Sample(f"{name}_count", labels, below)
