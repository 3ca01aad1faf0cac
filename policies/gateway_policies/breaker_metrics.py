"""Circuits in numbers: what state each is in, how often it changed, for how long it was open.

A change is counted by the process that decided it, so that the sum over all processes is the truth. Circuits of single
connections are told together, by the most careful of them: no number may lead to a user.
"""

from collections.abc import Mapping

from purgatory.domain.model import CLOSED, HALF_OPENED, OPENED
from purgatory.typing import StateName

from gateway import Kit
from gateway_policies.breaker_core import Core

_CHANGES = ((CLOSED, OPENED), (OPENED, HALF_OPENED), (HALF_OPENED, OPENED), (HALF_OPENED, CLOSED))
_STATES: tuple[StateName, ...] = (CLOSED, HALF_OPENED, OPENED)


class Numbers:
    """One for each process; `circuits` are those that calls have used, `declared` the names there could be."""

    def __init__(self, kit: Kit, circuits: Mapping[str, Core], declared: Mapping[str, object]) -> None:
        metrics = kit.metrics
        self._clock, self._circuits, self._declared = kit.clock, circuits, declared
        self._state = metrics.gauge(
            "gateway_breaker_state", "1 for the state that a circuit is in: closed, half-opened, opened",
            ("integration", "circuit", "state"), across="max",
        )  # fmt: skip
        self._changes = metrics.counter(
            "gateway_breaker_transitions_total", "Changes of a circuit's state", ("integration", "from", "to")
        )
        self._open = metrics.counter(
            "gateway_breaker_open_seconds_total", "Seconds for which circuits were open", ("integration",)
        )
        self._failures = metrics.counter(
            "gateway_breaker_failures_total", "Failures of vendors that counted for a circuit", ("integration",)
        )
        self._since: dict[str, float] = {}
        self._begun: set[str] = set()
        metrics.at_scrape("breakers", self._look)

    def changed(self, core: Core, before: StateName, after: StateName) -> None:
        """This process has decided a change of that circuit."""
        self._changes.labels(integration_of(core.name), before, after).inc()
        self._passed(core.name)
        if after == OPENED:
            self._since[core.name] = self._clock()

    def _passed(self, name: str) -> None:
        """Counts the time since the last look for a circuit that this process has opened."""
        if (since := self._since.pop(name, None)) is not None:
            self._open.labels(integration_of(name)).inc(max(self._clock() - since, 0.0))

    def _begin(self, integration: str) -> None:
        """From 0: of what appears with its first count, that count is lost to whoever looks at growth."""
        self._begun.add(integration)
        self._open.labels(integration).inc(0)
        for before, after in _CHANGES:
            self._changes.labels(integration, before, after).inc(0)

    def _look(self) -> None:
        for name in list(self._since):
            self._passed(name)
            core = self._circuits.get(name)
            if core is not None and core.state == OPENED:
                self._since[name] = self._clock()
        worst: dict[str, StateName] = dict.fromkeys(self._declared, CLOSED)
        for core in list(self._circuits.values()):
            name = core.name.partition("/")[0]
            worst[name] = max(worst.get(name, CLOSED), core.state, key=_STATES.index)
            failures, core.failures = core.failures, 0
            self._failures.labels(integration_of(name)).inc(failures)
        for name in {integration_of(name) for name in self._declared} - self._begun:
            self._begin(name)
        self._state.clear()
        for name, state in worst.items():
            for each in _STATES:
                self._state.labels(integration_of(name), name, each).set(each == state)


def integration_of(name: str) -> str:
    """Of a circuit's name: an integration's, an endpoint's or a connection's."""
    return name.partition("/")[0].partition(".")[0]
