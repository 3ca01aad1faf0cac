"""Whichever worker is asked speaks for all of them, and tells of those that do not answer."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from gateway.departed import Told
from gateway.operations import Health
from gateway.siblings import Voice
from gateway.telemetry import Family, Line, Telemetry
from gateway.together import Together


class Worker:
    """A worker and its voice; `problems` is what its reload says."""

    def __init__(self, digest: str = "a", problems: Sequence[str] = (), **health: Any) -> None:
        telemetry = Telemetry("1", lambda: 1.0)
        telemetry.loaded(digest)
        self.reloads = 0
        self._problems = problems
        self._health = Health(digest=digest, integrations={}, stubbed=False, **{"breakers": {}, **health})
        self.voice = Voice(lambda: self._health, self._reload, telemetry, Together())

    async def _reload(self, address: str) -> Sequence[str]:
        self.reloads += 1
        return self._problems


class Others:
    def __init__(self, workers: Mapping[int, Worker | None]) -> None:
        self._workers = workers

    async def ask(self, what: str, patience: float) -> Mapping[int, bytes | None]:
        return {
            index: None if worker is None else await worker.voice.answer(what)
            for index, worker in self._workers.items()
        }


def among(asked: Worker, *others: Worker | None) -> Voice:
    asked.voice.workers.siblings = Others(dict(enumerate(others, 1)))
    return asked.voice


def test_alone_it_speaks_for_itself() -> None:
    worker = Worker(breakers={"crm": "opened"})

    assert asyncio.run(worker.voice.health()).breakers == {"crm": "opened"}
    assert asyncio.run(worker.voice.reload()) == []
    assert b"gateway_config_info" in asyncio.run(worker.voice.metrics())[0]


def test_of_several_circuits_the_more_careful_one_is_told() -> None:
    voice = among(
        Worker(breakers={"crm": "closed", "mail": "opened"}),
        Worker(breakers={"crm": "half-opened", "mail": "closed", "voice": "closed"}),
    )

    assert asyncio.run(voice.health()).breakers == {"crm": "half-opened", "mail": "opened", "voice": "closed"}


def test_a_worker_that_is_silent_or_serves_something_else_is_told_of() -> None:
    health = asyncio.run(among(Worker("a"), Worker("b"), None, Worker("a")).health())

    assert health.degraded
    assert health.astray == ["worker 2 does not answer", "worker 1 serves another config"]


def test_a_reload_that_one_worker_refused_is_told_by_all() -> None:
    assert asyncio.run(among(Worker(), Worker(reload="a typo")).health()).reload == "a typo"


def test_a_reload_reaches_every_worker() -> None:
    workers = [Worker(), Worker(), Worker()]

    assert asyncio.run(among(*workers).reload()) == []
    assert [worker.reloads for worker in workers] == [1, 1, 1]


def test_a_config_that_the_first_refuses_reaches_no_other() -> None:
    asked, other = Worker(problems=["a typo"]), Worker()

    assert asyncio.run(among(asked, other).reload()) == ["a typo"]
    assert other.reloads == 0


def test_a_reload_tells_which_worker_failed_and_which_was_silent() -> None:
    voice = among(Worker(), Worker(problems=["no memory"]), None)

    assert asyncio.run(voice.reload()) == ["worker 1: no memory", "worker 2 does not answer"]


def test_what_one_of_them_offers_to_tell_is_gathered_from_all_who_answer() -> None:
    first, second, third = Worker(), Worker(), Worker()
    for number, worker in ((b"1 ", first), (b"2 ", second), (b"3 ", third)):
        worker.voice.workers.offer("number", partial(_told, number))
    among(first, second, None, third)

    assert asyncio.run(first.voice.workers.gather("number", "please")) == [b"1 please", b"2 please", b"3 please"]


def _told(number: bytes, about: str) -> bytes:
    return number + about.encode()


class Reborn:
    """A sibling that is slow to answer, dies meanwhile, and is another process for whoever asks next."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self._said = [_counted("b", 5), _counted("c", 1), _counted("c", 1)]

    async def ask(self, what: str, patience: float) -> Mapping[int, bytes | None]:
        said = self._said.pop(0)
        if len(self._said) == 2:
            await self.gate.wait()
        return {1: said}


def _counted(born: str, asked: float) -> bytes:
    family = Family("asked", "Asked", "counter", "sum", (Line("asked_total", (), asked),))
    return msgspec.msgpack.encode(Told(born, [family]))


def test_two_who_look_at_the_metrics_at_once_count_nothing_twice() -> None:
    async def main() -> list[bytes]:
        voice, sibling = Worker().voice, Reborn()
        voice.workers.siblings = sibling
        looks = [asyncio.create_task(voice.metrics()) for _ in range(2)]
        await asyncio.sleep(0.05)
        sibling.gate.set()
        both = [(await look)[0] for look in looks]
        return [*both, (await voice.metrics())[0]]

    first, second, third = asyncio.run(main())
    assert b"asked_total 5.0" in first
    assert b"asked_total 6.0" in second
    assert b"asked_total 6.0" in third
