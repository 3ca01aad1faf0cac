"""Metrics: what a process knows of itself, and how the pages of several become one true page."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeVar

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Info
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.samples import Exemplar, Sample

from gateway.durations import Durations

Known = TypeVar("Known", Counter, Gauge, Durations)
Across = Literal["sum", "min", "max"]
"""What a gauge of several processes comes to; counters and histograms are always added up."""
_FOLDS: Mapping[Across, Callable[[float, float], float]] = {
    "sum": lambda one, other: one + other,
    "min": min,
    "max": max,
}
ADDED = frozenset({"counter", "histogram", "gaugehistogram", "summary"})
"""Kinds of metrics that only grow."""


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """An exemplar: one request behind a number."""

    labels: Mapping[str, str]
    value: float
    at: float | None


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One sample; its name and labels say which."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float
    mark: Mark | None = None


class Family(msgspec.Struct, frozen=True, array_like=True):
    """One metric of one process as it travels to another."""

    name: str
    about: str
    kind: str
    across: Across
    lines: tuple[Line, ...]


class Telemetry:
    """One registry a process; nothing global. It is the Metrics of a Kit."""

    def __init__(self, version: str, now: Callable[[], float]) -> None:
        self._now = now
        self.registry = CollectorRegistry()
        self._across: dict[str, Across] = {"gateway_build": "max"}
        self._made: dict[str, Counter | Gauge | Durations] = {}
        self._before_reading: dict[str, Callable[[], None]] = {}
        Info("gateway_build", "The version that runs", registry=self.registry).info({"version": version})
        self._config = self.gauge("gateway_config_info", "The config that serves", ["hash"], across="max")
        self._good = self.gauge(
            "gateway_config_last_reload_successful", "1 if the newest config serves, 0 if it was refused", across="min"
        )
        self._when = self.gauge(
            "gateway_config_last_reload_timestamp_seconds", "When a config was last taken over", across="max"
        )

    def counter(self, name: str, about: str, labels: Iterable[str] = ()) -> Counter:
        return self._once(Counter, name, lambda: Counter(name, about, tuple(labels), registry=self.registry))

    def gauge(self, name: str, about: str, labels: Iterable[str] = (), *, across: Across) -> Gauge:
        """A gauge has to say what the values of several workers come to."""
        self._across[name] = across
        return self._once(Gauge, name, lambda: Gauge(name, about, tuple(labels), registry=self.registry))

    def histogram(self, name: str, about: str, labels: Iterable[str] = (), *, buckets: Sequence[float]) -> Durations:
        def make() -> Durations:
            made = Durations(name, about, tuple(labels), buckets)
            self.registry.register(made)
            return made

        return self._once(Durations, name, make)

    def at_scrape(self, what: str, refresh: Callable[[], None]) -> None:
        self._before_reading[what] = refresh

    def _once(self, kind: type[Known], name: str, make: Callable[[], Known]) -> Known:
        """A config that is loaded anew asks for the metrics of its policies anew."""
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = make()
        if not isinstance(made, kind):
            raise TypeError(f"{name} is a {type(made).__name__.lower()} already")
        return made

    def loaded(self, digest: str) -> None:
        self._config.clear()
        self._config.labels(digest[:12]).set(1)
        self._good.set(1)
        self._when.set(self._now())

    def refused(self) -> None:
        self._good.set(0)

    def families(self) -> list[Family]:
        for refresh in list(self._before_reading.values()):
            refresh()
        return [
            Family(metric.name, metric.documentation, metric.type, self._across.get(metric.name, "sum"), _lines(metric))
            for metric in self.registry.collect()
        ]


def _lines(metric: Metric) -> tuple[Line, ...]:
    return tuple(
        Line(sample.name, tuple(sorted(sample.labels.items())), sample.value, _mark(sample.exemplar))
        for sample in metric.samples
        if not (metric.type in ADDED and sample.name.endswith("_created"))  # when counting began; the process knows
    )


def _mark(exemplar: Exemplar | None) -> Mark | None:
    if exemplar is None:
        return None
    return Mark(exemplar.labels, exemplar.value, None if exemplar.timestamp is None else float(exemplar.timestamp))


def merged(processes: Iterable[Iterable[Family]]) -> list[Family]:
    """What the processes know together, in the order of the first; a metric that only some have is there too."""
    found: dict[str, Family] = {}
    for families in processes:
        for family in families:
            before = found.get(family.name)
            found[family.name] = family if before is None else _joined(before, family)
    return list(found.values())


def _joined(one: Family, other: Family) -> Family:
    lines = {(line.name, line.labels): line for line in one.lines}
    for line in other.lines:
        key = line.name, line.labels
        lines[key] = _folded(lines[key], line, one) if key in lines else line
    return msgspec.structs.replace(one, lines=tuple(lines.values()))


def _folded(one: Line, other: Line, family: Family) -> Line:
    across: Across = "sum" if family.kind in ADDED else family.across
    marks = [mark for mark in (one.mark, other.mark) if mark is not None]
    newest = max(marks, key=lambda mark: mark.at or 0.0, default=None)
    return Line(one.name, one.labels, _FOLDS[across](one.value, other.value), newest)


def page(families: Iterable[Family], accept: str = "") -> tuple[bytes, str]:
    """The families as Prometheus reads them, and their media type: OpenMetrics, with exemplars, if it accepts that."""
    encode, media_type = choose_encoder(accept)
    return encode(_Collected(families)), media_type


class _Collected:
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        for family in self._families:
            metric = Metric(family.name, family.about, family.kind)
            metric.samples = [_sample(line) for line in family.lines]
            yield metric


def _sample(line: Line) -> Sample:
    mark = line.mark
    exemplar = None if mark is None else Exemplar(dict(mark.labels), mark.value, mark.at)
    return Sample(line.name, dict(line.labels), line.value, None, exemplar)
