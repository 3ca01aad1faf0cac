"""Whatever calls, failures, waits and orders follow each other: circuits are the same in every form of shared state."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from gateway import Call, Duration, Kit, Reply, Shared, Trail
from gateway.errors import CircuitOpen
from gateway.plan.keeper import Keeper
from gateway.sharing import Memory
from gateway_policies import breaker
from gateway_policies.breaker_settings import Breaker
from gateway_policies.breaker_sharing import Company
from tests.gateway.sharing.forms import hosting, hub, redis
from tests.kit import call, kit, pipeline, site
from tests.services import redis_server

SETTINGS = Breaker(failures=2, recovery=Duration(30), recovery_max=Duration(30))
NAMES = count()


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Process:
    def __init__(self, shared: Shared, clock: Clock, name: str) -> None:
        self.reply = Reply(200)
        self.name = name
        self.clock = clock
        self.kit: Kit = msgspec.structs.replace(kit(shared=shared), keep=Keeper(), clock=clock, now=clock)
        self.handler = pipeline(breaker.policy, SETTINGS, self._vendor, at=site(name), using=self.kit)

    async def ask(self, status: int) -> object:
        self.reply = Reply(status)
        try:
            return (await self.handler(call(trail=Trail(self.clock)))).status
        except CircuitOpen:
            return "open"

    async def order(self, state: str) -> None:
        await self._page("POST", {"state": state, "seconds": 100})

    async def seen(self) -> tuple[object, object]:
        (circuit,) = [one for one in (await self._page("GET"))["breakers"] if one["name"] == self.name]
        ordered = circuit.get("ordered")
        return circuit["state"], None if ordered is None else ordered["state"]

    async def settled(self) -> None:
        company: Company | None = self.kit.keep.get(("breaker-company",))  # type: ignore[attr-defined]  # it is a Keeper
        if company is not None and company.tasks:
            await asyncio.wait(company.tasks)

    def stop(self) -> None:
        self.kit.keep.close()  # type: ignore[attr-defined]  # it is a Keeper

    async def _vendor(self, call: Call) -> Reply:
        return self.reply

    async def _page(self, method: str, payload: Any = msgspec.UNSET) -> Any:
        page = next(page for page in breaker.policy.pages if page.method == method)
        reply = await page.build(self.kit)(call(path={"name": self.name}, payload=payload))
        assert isinstance(reply.body, bytes)
        return msgspec.json.decode(reply.body)


class Forms:
    """What two processes share, in each form; made once, since a redis takes its time."""

    def __init__(self, runner: asyncio.Runner, redis_url: str, host: Any) -> None:
        self.run: Any = runner.run  # whose answer is its coroutine's
        self.stack = AsyncExitStack()
        self.run(self._enter(redis_url, host))

    async def _enter(self, url: str, host: Any) -> None:
        enter = self.stack.enter_async_context
        self.pairs: list[list[Shared]] = [
            [await enter(redis(url)), await enter(redis(url))],
            [await enter(hub(host)), await enter(hub(host))],
        ]


@pytest.fixture(scope="module")
def forms() -> Iterator[Forms]:
    with redis_server() as server, hosting() as host, asyncio.Runner() as runner:
        found = Forms(runner, server.url, host)
        yield found
        runner.run(found.stack.aclose())


class Circuits(RuleBasedStateMachine):
    """Each command is given to the same process of each form; what comes of it, and what all see then, is the same."""

    forms: Forms

    def __init__(self) -> None:
        super().__init__()
        self.clock, name = Clock(), f"crm{next(NAMES)}"

        async def world(pair: list[Shared]) -> list[Process]:
            found = [Process(shared, self.clock, name) for shared in pair]
            for process in found:  # of a circuit that nobody has used, nobody can see what it has heard
                await process.ask(200)
                await process.settled()
            return found

        one = Memory(self.clock, alone=False)
        pairs: list[list[Shared]] = [[one, one], *self.forms.pairs]
        self.worlds = [self.forms.run(world(pair)) for pair in pairs]

    @rule(which=st.integers(0, 1), status=st.sampled_from([200, 502, 502, 404]))
    def ask(self, which: int, status: int) -> None:
        async def main() -> list[object]:
            found = [await world[which].ask(status) for world in self.worlds]
            await self._agreed()
            return found

        found = self.forms.run(main())
        assert found == [found[0]] * len(found)

    @rule(which=st.integers(0, 1), state=st.sampled_from(["open", "closed", "auto"]))
    def order(self, which: int, state: str) -> None:
        async def main() -> None:
            for world in self.worlds:
                await world[which].order(state)
            await self._agreed()

        self.forms.run(main())

    @rule(seconds=st.sampled_from([1, 31, 200]))
    def wait(self, seconds: int) -> None:
        self.clock.now += seconds

    async def _agreed(self) -> None:
        """Until what one process was told, the other has heard, and what was to be kept is kept."""
        model, *others = self.worlds
        for process in (process for world in self.worlds for process in world):
            await process.settled()
        expected = [await process.seen() for process in model]
        for world in others:
            await until_seen(world, expected)

    def teardown(self) -> None:
        async def main() -> None:
            for world in self.worlds:
                for process in world:
                    process.stop()

        self.forms.run(main())


async def until_seen(world: list[Process], expected: list[tuple[object, object]]) -> None:
    async with asyncio.timeout(20):
        while [await process.seen() for process in world] != expected:  # noqa: ASYNC110 - nobody tells when it has come
            await asyncio.sleep(0.002)


def test_circuits_are_the_same_in_every_form(forms: Forms) -> None:
    Circuits.forms = forms
    quick = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Circuits, settings=quick)
