"""Days of an endpoint as they are: busy at noon and quiet at night, never quite even, with something going wrong."""

import math
import random
from collections.abc import Iterator
from typing import Literal

from gateway.observing.anomaly_baselines import SIGNALS, SPAN, Baseline, Span

DAY = 86_400.0
LASTS = 600.0
ALERT, FOR = 6.0, 60.0
"""The rule that is shipped: a score above, for so many seconds."""

Wrong = Literal["errors", "slow", "silence", "surge"]
SIGNAL_OF = {"errors": "errors", "slow": "latency", "silence": "volume", "surge": "volume"}


def spans(
    seed: int, rate: float, days: float, wrong: tuple[float, Wrong] | None = None
) -> Iterator[tuple[float, Span]]:
    """`rate` is in requests a second; `wrong` is when what goes wrong, for ten minutes."""
    chance, drift = random.Random(seed), 0.0
    for number in range(int(days * DAY / SPAN)):
        at = number * SPAN
        drift = 0.98 * drift + chance.gauss(0, 0.02)
        daily = math.sin(2 * math.pi * (at / DAY - 0.3))
        jump = 1.5 if at % DAY > 9 * 3600 and at > DAY else 1.0
        level = rate * (1 + 0.8 * daily) * math.exp(drift) * (jump if seed % 2 else 1.0)
        failing = 0.04 if chance.random() < 0.002 else 0.01
        slow = math.log(0.2 * (1 + 0.3 * daily)) + 0.5 * drift
        if wrong is not None and wrong[0] <= at < wrong[0] + LASTS:
            failing = 0.3 if wrong[1] == "errors" else failing
            slow += math.log(3) if wrong[1] == "slow" else 0
            level *= {"silence": 0.0, "surge": 3.0}.get(wrong[1], 1.0)
        yield at + SPAN, _span(chance, level * SPAN, failing, slow)


def _span(chance: random.Random, level: float, failing: float, slow: float) -> Span:
    requests = max(0, round(chance.gauss(level, math.sqrt(level))))
    failed = sum(chance.random() < failing for _ in range(requests))
    mean = chance.gauss(slow, 0.5 / math.sqrt(requests)) if requests else 0.0
    return Span(requests, failed, requests, requests * mean, requests * (mean * mean + 0.25))


def alarms(series: Iterator[tuple[float, Span]], restarts: tuple[float, ...] = ()) -> list[tuple[float, str]]:
    """When the rule fires, and for which signal."""
    baseline, above, found = Baseline(), dict.fromkeys(SIGNALS, math.inf), list[tuple[float, str]]()
    for at, span in series:
        if at in restarts:
            baseline = Baseline()
        for signal, score in zip(SIGNALS, baseline.tell(span, at), strict=True):
            if score <= ALERT:
                above[signal] = math.inf
            elif above[signal] == math.inf:
                above[signal] = at
            elif above[signal] + FOR == at:
                found.append((at, signal))
    return found
