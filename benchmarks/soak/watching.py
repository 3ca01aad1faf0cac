"""What the gateway holds while it is asked, and whether that grows: memory, descriptors, threads, keys in redis."""

import asyncio
import itertools
import statistics
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.machine import family, resident
from benchmarks.soak.callers import Tally
from benchmarks.soak.operating import asked
from benchmarks.soak.processes import Soaked

PER = 100_000
SAMPLES = 60
"""How often it looks, in the whole of a soak."""
RESTING = 40
"""Keys in redis, of limits for the most part, that may be there although nobody asks."""
REST = 20.0
"""Seconds after which nothing is left of what was under way, or was kept for a while."""
WARMING = 0.25
"""The part of the requests after which everything that is filled once is full."""


class Sample(msgspec.Struct, frozen=True):
    """What is held after so many requests; `memory` in megabytes, `fetches` are those of the cache under way."""

    requests: int
    seconds: float
    memory: float
    descriptors: int
    threads: int
    redis: int
    answers: int = 0
    fetches: int = 0

    @property
    def rests(self) -> bool:
        return not self.fetches and self.redis <= RESTING


class Bound(msgspec.Struct, frozen=True):
    """What is no growth: so much for each 100,000 requests, or so much in all, which is chance."""

    each: float
    in_all: float


BOUNDS: Mapping[str, Bound] = {
    "memory": Bound(0.5, 6),
    "descriptors": Bound(1, 24),
    "threads": Bound(0.1, 2),
    "redis": Bound(20, 1500),
    "answers": Bound(10, 150),
    "fetches": Bound(0.5, 64),
}


class Trend(msgspec.Struct, frozen=True):
    """How one measure went on after the warm-up: `slope` for each 100,000 requests, `growth` in all."""

    measure: str
    slope: float
    growth: float
    flat: bool


def trends(samples: Sequence[Sample], slack: float = 1.0) -> list[Trend]:
    warm = [sample for sample in samples if sample.requests >= samples[-1].requests * WARMING]
    return [_trend(measure, bound, warm, slack) for measure, bound in BOUNDS.items()]


def _trend(measure: str, bound: Bound, samples: Sequence[Sample], slack: float) -> Trend:
    slope = steepness([(sample.requests, getattr(sample, measure)) for sample in samples])
    growth = slope * (samples[-1].requests - samples[0].requests)
    flat = slope * PER <= bound.each or growth <= bound.in_all * slack
    return Trend(measure, slope * PER, growth, flat)


def steepness(points: Iterable[tuple[float, float]]) -> float:
    """The median slope between any two points (Theil and Sen): a few that are far off do not tilt it."""
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in itertools.combinations(points, 2) if x1 != x2]
    return statistics.median(slopes) if slopes else 0.0


class Watch:
    """Looks at a gateway and its redis each time that a part of the requests is done."""

    def __init__(self, world: Soaked, tally: Tally) -> None:
        self.samples: list[Sample] = []
        self._world = world
        self._tally = tally
        self._every = max(tally.left // SAMPLES, 1)
        self._began = time.monotonic()

    async def watch(self) -> None:
        while True:
            seen = await self.look()
            print(f"{seen.requests:,} requests, {seen.memory:.1f} MB", file=sys.stderr, flush=True)
            until = self._tally.done + self._every
            while self._tally.done < until:  # noqa: ASYNC110 - an event would be one more thing for each request
                await asyncio.sleep(0.05)

    async def rest(self) -> Sample:
        """What is held when nobody has asked for a while."""
        until = time.monotonic() + REST
        while not (sample := await self.look()).rests and time.monotonic() < until:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.2)
        return sample

    async def look(self) -> Sample:
        pid, held = self._world.process.pid, await self._cached()
        sample = Sample(
            requests=self._tally.done,
            seconds=round(time.monotonic() - self._began, 1),
            memory=round(resident(pid), 2),
            descriptors=_entries(pid, "fd"),
            threads=_entries(pid, "task"),
            redis=await self._redis_keys(),
            answers=held.get("answers", 0),
            fetches=held.get("fetches", 0),
        )
        self.samples.append(sample)
        return sample

    async def _cached(self) -> Mapping[str, int]:
        answer = await asked(self._world.admin, "GET", "/admin/cache")
        return msgspec.json.decode(answer.body, type=Held).counts if answer.good else {}

    async def _redis_keys(self) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._world.redis)
        writer.write(b"DBSIZE\r\n")
        answer = await reader.readline()
        writer.close()
        return int(answer.strip(b":\r\n"))


class Held(msgspec.Struct, frozen=True):
    """What /admin/cache tells."""

    answers: int
    fetches: int

    @property
    def counts(self) -> Mapping[str, int]:
        return {"answers": self.answers, "fetches": self.fetches}


def _entries(pid: int, folder: str) -> int:
    return sum(len(list(Path(f"/proc/{each}/{folder}").iterdir())) for each in family(pid))
