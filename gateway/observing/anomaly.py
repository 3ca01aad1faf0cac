"""Tells how unusual the last minute was, endpoint by endpoint, before a fixed threshold would.

Each worker counts what it sees; every fifteen seconds the counts of all workers are put together, so that what moves
from one worker to another is no news. A request costs a look-up and a few additions.
"""

import asyncio
import math
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from gateway.contract import Finished, Kit, Observer
from gateway.observing.anomaly_baselines import SIGNALS, SPAN, Baseline, Span
from gateway.observing.catalogue import ANOMALY_SCORE, gauge
from gateway.observing.core import OPERATION

MOST = 2_000
"""Endpoints that have baselines; one has some hundred numbers."""
WHAT = "spans"
_FIRST_FAULT = 500
_SHORTEST = 0.0001
"""Seconds: what is shorter is as fast."""

Name = tuple[str, str]
"""Integration and endpoint."""


class Anomaly:
    """The observer. The span that has ended is told to the other workers until the next one ends."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._gauge = gauge(kit.metrics, ANOMALY_SCORE, across="max")
        self._counting: dict[Name, Span] = {}
        self._ended: dict[Name, Span] = {}
        self._number = 0
        self._baselines: dict[Name, Baseline] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        kit.workers.offer(WHAT, self._told)

    def __call__(self, batch: Sequence[Finished]) -> None:
        for operation, group in groupby(batch, OPERATION):
            span = None if operation is None else self._span((operation.integration, operation.name))
            if span is not None:
                _count(span, group)
        if self._timer is None:
            self._await_end()

    def _span(self, name: Name) -> Span | None:
        """None where so many others are counted that there is no place for this one."""
        span = self._counting.get(name)
        if span is None and len(self._counting) < MOST:
            span = self._counting[name] = Span()
        return span

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _await_end(self) -> None:
        """Spans of all workers end together; surely not a moment before, or one would end twice."""
        seconds = SPAN - self._kit.now() % SPAN + 0.05
        self._timer = asyncio.get_running_loop().call_later(seconds, self._end)

    def _end(self) -> None:
        self._ended, self._counting = self._counting, {}
        self._number = round(self._kit.now() / SPAN)
        self._task = asyncio.get_running_loop().create_task(self._judge(self._number))
        self._await_end()

    def _told(self, about: str) -> bytes:
        """What was counted in the span with that number, if it is the last one."""
        spans = self._ended if about == str(self._number) else {}
        return msgspec.msgpack.encode([(*name, span) for name, span in spans.items()])

    async def _judge(self, number: int) -> None:
        await self._kit.sleep(SPAN / 10)  # until everybody's clock agrees that it has ended
        seen: dict[Name, Span] = {}
        for said in await self._kit.workers.gather(WHAT, str(number)):
            for integration, endpoint, span in msgspec.msgpack.decode(said, type=list[tuple[str, str, Span]]):
                seen.setdefault((integration, endpoint), Span()).add(span)
        self._follow_config(seen)
        for name, baseline in self._baselines.items():
            scores = baseline.tell(seen.get(name, Span()), number * SPAN)
            for signal, score in zip(SIGNALS, scores, strict=True):
                self._gauge.labels(*name, signal).set(score)

    def _follow_config(self, seen: Iterable[Name]) -> None:
        """What is served no more is not missed; what is asked for the first time gets a baseline."""
        integrations = self._kit.catalog().integrations.values()
        served = {(one.integration, one.name) for declared in integrations for one in declared.operations}
        for name in self._baselines.keys() - served:
            del self._baselines[name]
            for signal in SIGNALS:
                self._gauge.remove(*name, signal)
        for name in (served & set(seen)) - self._baselines.keys():
            if len(self._baselines) < MOST:
                self._baselines[name] = Baseline()


def _count(span: Span, requests: Iterable[Finished]) -> None:
    for one in requests:
        span.requests += 1
        span.failed += one.status >= _FIRST_FAULT
        if one.attempts:
            log = math.log(max(one.upstream, _SHORTEST))
            span.answered += 1
            span.logs += log
            span.squares += log * log


ANOMALY = Observer(name="anomaly", build=Anomaly)
