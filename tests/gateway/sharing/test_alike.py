"""Whatever is done, in whatever order and by whichever process: every form of shared state answers as Memory does."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from gateway.shared import Pace, Shared, Taken
from gateway.sharing import Memory, Sharing
from tests.gateway.sharing.forms import hosting, hub, redis, until
from tests.services import redis_server

LONG = 10_000.0
"""Seconds: nothing is over, and nothing comes back, before the test is."""
NAMES = st.sampled_from(["a", "b/ü", "c d\r\n"])
OWNERS = st.sampled_from(["ann", "bob", "cy"])
PROCESSES = st.integers(0, 1)
PACES = st.builds(Pace, amount=st.integers(1, 7), per=st.just(LONG), burst=st.integers(1, 6))


class Forms:
    """Two processes of each form, and the Memory that all of them are compared with."""

    def __init__(self, runner: asyncio.Runner, redis_url: str, host: Any) -> None:
        self.run = runner.run
        self.stack = AsyncExitStack()
        self.models = 0
        self.run(self._enter(redis_url, host))

    async def _enter(self, url: str, host: Any) -> None:
        enter = self.stack.enter_async_context
        self.redis: list[Sharing] = [await enter(redis(url)), await enter(redis(url))]
        self.hubs: list[Sharing] = [await enter(hub(host)), await enter(hub(host))]


@pytest.fixture(scope="module")
def forms() -> Iterator[Forms]:
    with redis_server() as server, hosting() as host, asyncio.Runner() as runner:
        forms = Forms(runner, server.url, host)
        yield forms
        runner.run(forms.stack.aclose())


def rounded(answer: object) -> object:
    """Without the moments that pass between one form and the next."""
    return (answer.granted, answer.remaining, round(answer.seconds, -1)) if isinstance(answer, Taken) else answer


class Alike(RuleBasedStateMachine):
    forms: Forms

    def __init__(self) -> None:
        super().__init__()
        self.forms.models += 1
        self.fresh = f"{self.forms.models}/"  # in redis, what others left behind stays
        self.model = Memory(time.monotonic, alone=False)
        self.heard: dict[Shared, list[bytes | None]] = {}
        for shared in (self.model, *self.forms.redis, *self.forms.hubs):
            shared.listen(self.fresh + "c", self.heard.setdefault(shared, []).append)

    def same(self, process: int, do: Callable[[Shared], Awaitable[object]]) -> None:
        async def all_do() -> list[object]:
            each = (self.model, self.forms.redis[process], self.forms.hubs[process])
            return [rounded(await do(shared)) for shared in each]

        model, *others = self.forms.run(all_do())
        assert others == [model, model]

    @rule(process=PROCESSES, name=NAMES)
    def get(self, process: int, name: str) -> None:
        self.same(process, lambda shared: shared.get(self.fresh + name))

    @rule(process=PROCESSES, name=NAMES, value=st.binary(max_size=40), absent=st.booleans())
    def put(self, process: int, name: str, value: bytes, absent: bool) -> None:
        self.same(process, lambda shared: shared.put(self.fresh + name, value, LONG, absent=absent))

    @rule(process=PROCESSES, name=NAMES)
    def drop(self, process: int, name: str) -> None:
        self.same(process, lambda shared: shared.drop(self.fresh + name))

    @rule(process=PROCESSES, name=NAMES, owner=OWNERS, places=st.integers(0, 3))
    def claim(self, process: int, name: str, owner: str, places: int) -> None:
        self.same(process, lambda shared: shared.claim(self.fresh + name, owner, LONG, places))

    @rule(process=PROCESSES, name=NAMES, owner=OWNERS)
    def release(self, process: int, name: str, owner: str) -> None:
        self.same(process, lambda shared: shared.release(self.fresh + name, owner))

    @rule(process=PROCESSES, name=NAMES, pace=PACES, most=st.integers(0, 8), least=st.none() | st.integers(0, 4))
    def take(self, process: int, name: str, pace: Pace, most: int, least: int | None) -> None:
        self.same(process, lambda shared: shared.take(self.fresh + name, pace, most, least))

    @rule(process=PROCESSES, name=NAMES, pace=PACES, amount=st.integers(0, 9))
    def give_back(self, process: int, name: str, pace: Pace, amount: int) -> None:
        self.same(process, lambda shared: shared.give_back(self.fresh + name, pace, amount))

    @rule(process=PROCESSES, name=NAMES, amount=st.integers(-5, 5))
    def add(self, process: int, name: str, amount: int) -> None:
        self.same(process, lambda shared: shared.add(self.fresh + name, amount, LONG))

    @rule(process=PROCESSES, message=st.binary(max_size=40))
    def tell(self, process: int, message: bytes) -> None:
        async def tell() -> None:
            for shared in (self.model, self.forms.redis[process], self.forms.hubs[process]):
                shared.tell(self.fresh + "c", message)
            await until(lambda: len({len(heard) for heard in self.heard.values()}) == 1)

        self.forms.run(tell())
        assert all(heard == self.heard[self.model] for heard in self.heard.values())


def test_every_form_answers_as_memory_does(forms: Forms) -> None:
    quick = settings(
        max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(type("Alike", (Alike,), {"forms": forms}), settings=quick)
