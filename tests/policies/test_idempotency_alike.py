"""Whatever is asked and whatever comes of it: keys mean the same in memory, by the supervisor's hub and by redis."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, multiple, rule, run_state_machine_as_test

from gateway import Shared
from gateway.sharing import Memory
from gateway_policies.idempotency_keys import Asked
from gateway_policies.idempotency_ledger import Ledger, Running, Turn
from gateway_policies.idempotency_records import Record
from tests.gateway.sharing.forms import hosting, hub, ok, redis
from tests.kit import kit
from tests.policies.idempotent import SEALED
from tests.services import redis_server

LONG = 10_000.0
"""Seconds: nothing is over before the test is."""
PROCESSES = st.integers(0, 1)
RECORDS = {
    "answered": Record("answered", b"", 0.0, 201, ((b"a", b"\xff"),), b"\x00body"),
    "spent": Record("spent", b""),
    "unknown": Record("begun", b""),
    "free": None,
}


class Forms:
    """What two processes share, in each form; made once, since a redis takes its time."""

    def __init__(self, runner: asyncio.Runner, redis_url: str, host: Any) -> None:
        self.run: Any = runner.run  # whose answer is its coroutine's
        self.stack = AsyncExitStack()
        self.models = 0
        self.run(self._enter(redis_url, host))

    async def _enter(self, url: str, host: Any) -> None:
        enter = self.stack.enter_async_context
        redises = [await enter(redis(url)), await enter(redis(url))]
        hubs = [await enter(hub(host)), await enter(hub(host))]
        await ok(*redises, *hubs)
        self.shared: list[list[Shared]] = [[*redises], [*hubs]]


@pytest.fixture(scope="module")
def forms() -> Iterator[Forms]:
    with redis_server() as server, hosting() as host, asyncio.Runner() as runner:
        found = Forms(runner, server.url, host)
        yield found
        runner.run(found.stack.aclose())


def ledger(shared: Shared) -> Ledger:
    world = kit(shared=shared)
    return Ledger(msgspec.structs.replace(world, clock=time.monotonic, now=time.time, secret=SEALED))


class Alike(RuleBasedStateMachine):
    """`alone` is the one process that there is where nothing is shared, as long as none was killed."""

    forms: Forms
    turns: Bundle[Any] = Bundle("turns")

    def __init__(self) -> None:
        super().__init__()
        self.forms.models += 1
        memory = Memory(time.monotonic, alone=False)
        self.shared: list[list[Shared]] = [[memory, memory], *self.forms.shared]
        self.ledgers = [[ledger(each) for each in pair] for pair in self.shared]
        self.alone: Ledger | None = ledger(Memory(time.monotonic))
        self.generations = [0, 0]

    @rule(target=turns, process=PROCESSES, key=st.sampled_from("ab"), asked=st.sampled_from("xy"))
    def begin(self, process: int, key: str, asked: str) -> Any:
        name = Asked(f"idempotency/{self.forms.models}/{key}", asked.encode(), True, b"")
        found = self.forms.run(self._begun(process, name, again=key == "b"))
        told = [_told(each, name) for each in found if each is not None]
        assert told == [told[0]] * len(told)
        return (process, self.generations[process], found) if told[0] == "turn" else multiple()

    async def _begun(self, process: int, asked: Asked, *, again: bool) -> list[Any]:
        ledgers = [*(pair[process] for pair in self.ledgers), self.alone]
        return [each and await each.begin(asked, seconds=LONG, window=LONG, repeatable=again) for each in ledgers]

    @rule(turn=consumes(turns), outcome=st.sampled_from([*RECORDS]))
    def end(self, turn: Any, outcome: str) -> None:
        process, generation, begun = turn
        if generation == self.generations[process]:
            self.forms.run(self._ended(process, begun, RECORDS[outcome]))

    async def _ended(self, process: int, begun: list[Any], record: Record | None) -> None:
        ledgers = [*(pair[process] for pair in self.ledgers), self.alone]
        for each, turn in zip(ledgers, begun, strict=True):
            if each is not None and turn is not None:
                await each.end(turn, record and msgspec.structs.replace(record, print=turn.print))

    @rule(process=PROCESSES)
    def kill(self, process: int) -> None:
        """Another one takes its place, which knows nothing of what it was doing."""
        self.generations[process] += 1
        self.alone = None
        for shared, pair in zip(self.shared, self.ledgers, strict=True):
            pair[process] = ledger(shared[process])


def _told(found: Turn | Running | Record, asked: Asked) -> object:
    """Without what differs: the names of owners, and the moments between one form and the next."""
    if isinstance(found, Turn):
        return "turn"
    if found.print != asked.print:
        return "another request"
    return msgspec.structs.replace(found, until=0.0) if isinstance(found, Record) else "running"


def test_every_form_gives_the_same_turns_and_the_same_answers(forms: Forms) -> None:
    quick = settings(
        max_examples=60,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    run_state_machine_as_test(type("Alike", (Alike,), {"forms": forms}), settings=quick)
