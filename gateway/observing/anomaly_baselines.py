"""What is usual for an endpoint, and how far from it the last minute was: latency, error share, volume.

All in spans of fifteen seconds. The last four are held against what was there before them, so that what is unusual does
not soon look usual; and what is far off counts only in part, for the same reason. Volume is held against the same time
of former days too: only what both find unusual is.
"""

import math
from collections import deque
from typing import Literal

import msgspec

SPAN = 15.0
"""Seconds."""
LOOKED_AT = 4
"""Spans that are held against those before them."""
LEARNED = 20
"""Spans after which something can be said at all, and requests."""
LEAST = 50
FEW = 5
"""Requests in the spans that are looked at, of which fewer say nothing of latency and errors."""
SLOTS = 48
"""Parts of a day with a usual volume of their own."""
_DAY = 86_400.0
_RECENT = SPAN / 1200
"""The weight of one span where the last twenty minutes count."""
_HOUR = math.exp(-SPAN / 3600)
"""What a span later is left of a sum in which the last hour counts."""
_CLIP = 3.0
"""Deviations beyond which what is unusual is not learned."""
_VOLUME_VARIES, _DAYS_VARY = 0.1, 0.1
"""Shares by which volume may change from one minute to the next, and from day to day, without anybody's wonder."""
_LATENCY_VARIES = 0.05

Signal = Literal["latency", "errors", "volume"]
SIGNALS: tuple[Signal, ...] = ("latency", "errors", "volume")


class Span(msgspec.Struct, array_like=True):
    """What was seen in a span: requests, those that failed, those that a vendor answered, logarithms of his seconds."""

    requests: int = 0
    failed: int = 0
    answered: int = 0
    logs: float = 0.0
    squares: float = 0.0

    def add(self, other: "Span") -> None:
        self.requests += other.requests
        self.failed += other.failed
        self.answered += other.answered
        self.logs += other.logs
        self.squares += other.squares


class Baseline:
    """Of one endpoint; some hundred numbers, however much is asked of it."""

    __slots__ = ("_answered", "_failed", "_last", "_latency", "_requests", "_season", "_spans", "_volume")

    def __init__(self) -> None:
        self._last: deque[Span] = deque()
        self._spans = 0
        self._volume = Usual()
        self._latency = Usual()
        self._requests = self._failed = 0.0
        self._answered = Span()
        self._season: list[float | None] = [None] * SLOTS

    def tell(self, span: Span, at: float) -> tuple[float, float, float]:
        """Takes the span that ended `at`, in seconds since 1970. Gives the score of each of SIGNALS, 0 and more."""
        self._last.append(span)
        if len(self._last) > LOOKED_AT:
            self._learn(self._last.popleft(), at - LOOKED_AT * SPAN)
        if self._spans < LEARNED:
            return 0.0, 0.0, 0.0
        seen = Span()
        for one in self._last:
            seen.add(one)
        return self._latency_score(seen), self._error_score(seen), self._volume_score(seen, at)

    def _latency_score(self, seen: Span) -> float:
        """Of the mean of logarithms: twice as slow is as far, wherever it was before."""
        known = self._answered
        if seen.answered < FEW or known.answered < LEAST:
            return 0.0
        mean = known.logs / known.answered
        spread = max(known.squares / known.answered - mean * mean, 0.0)
        variance = max(1.5 * self._latency.variance / LOOKED_AT, spread / seen.answered) + _LATENCY_VARIES**2
        return max((seen.logs / seen.answered - self._latency.mean) / math.sqrt(variance), 0.0)

    def _error_score(self, seen: Span) -> float:
        if seen.requests < FEW or self._requests < LEAST:
            return 0.0
        share = self._share()
        usual = seen.requests * share
        return max((seen.failed - usual) / math.sqrt(1.5 * usual * (1 - share) + 1), 0.0)

    def _volume_score(self, seen: Span, at: float) -> float:
        recent = self._volume
        score = _away(seen.requests, recent.mean, max(recent.variance, recent.mean), _VOLUME_VARIES)
        season = self._season[_slot(at)]
        return score if season is None else min(score, _away(seen.requests, season, season, _DAYS_VARY))

    def _share(self) -> float:
        """Of failures; never none, since there is a first time for everybody."""
        return (self._failed + 0.5) / (self._requests + LEAST)

    def _learn(self, span: Span, at: float) -> None:
        self._spans += 1
        share = self._share()
        usual = span.requests * share
        most = usual + _CLIP * math.sqrt(usual * (1 - share) + 1)
        learned = span.failed if self._spans < LEARNED else min(span.failed, most)
        self._requests = self._requests * _HOUR + span.requests
        self._failed = self._failed * _HOUR + learned
        self._volume.learn(span.requests, max(self._volume.mean, 1.0))
        slot = _slot(at)
        season = self._season[slot]
        self._season[slot] = span.requests if season is None else season + _RECENT * (span.requests - season)
        if span.answered:
            self._learn_latency(span)

    def _learn_latency(self, span: Span) -> None:
        known, mean = self._answered, span.logs / span.answered
        usual = self._latency.learn(mean, _LATENCY_VARIES**2)
        known.answered = int(known.answered * _HOUR) + span.answered
        shift = (usual - mean) * span.answered  # what is far off widens the spread no more than it moves the mean
        known.logs = known.logs * _HOUR + span.logs + shift
        known.squares = known.squares * _HOUR + span.squares + shift * (usual + mean)


class Usual:
    """A mean of the last twenty minutes, and how far spans are from it."""

    __slots__ = ("_learned", "mean", "variance")

    def __init__(self) -> None:
        self._learned = 0
        self.mean = self.variance = 0.0

    def learn(self, value: float, least: float) -> float:
        """`least` is the smallest variance that is believed. Gives the value as far as it was learned."""
        self._learned += 1
        weight = max(1 / self._learned, _RECENT)
        away = value - self.mean
        if self._learned > LEARNED:
            most = _CLIP * math.sqrt(max(self.variance, least))
            away = max(-most, min(most, away))
        learned = self.mean + away
        self.mean += weight * away
        self.variance += weight * (away * away * (1 - weight) - self.variance)
        return learned


def _away(requests: int, mean: float, variance: float, share: float) -> float:
    usual = LOOKED_AT * mean
    return abs(requests - usual) / math.sqrt(LOOKED_AT * variance + (share * usual) ** 2 + LOOKED_AT)


def _slot(at: float) -> int:
    return int(at % _DAY * SLOTS / _DAY)
