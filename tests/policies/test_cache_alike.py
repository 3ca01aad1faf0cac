"""Whatever is read, written and lost: a cache in common is the same in memory, by the supervisor's hub and by redis."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from gateway import Caller, Duration, Reply, Shared
from gateway.errors import UpstreamReset
from gateway.sharing import Memory
from gateway_policies import cache
from gateway_policies.cache import Cache
from gateway_policies.cache_company import Company
from tests.gateway.sharing.forms import PATIENCE, hosting, hub, redis
from tests.kit import call, kit, pipeline, site
from tests.policies.processes import Vendor, Way
from tests.services import redis_server

SIZE = 2
PROCESSES = st.integers(0, SIZE - 1)
SETTINGS = Cache(
    ttl=Duration(60), stale_while_revalidate=Duration(30), stale_if_error=Duration(600), tags=("contacts",)
)


class Forms:
    """What two processes share, in each form; made once, since a redis takes its time."""

    def __init__(self, runner: asyncio.Runner, redis_url: str, host: Any) -> None:
        self.run: Any = runner.run  # whose answer is its coroutine's
        self.stack = AsyncExitStack()
        self.models = 0
        self.run(self._enter(redis_url, host))

    async def _enter(self, url: str, host: Any) -> None:
        enter = self.stack.enter_async_context
        redises = [await enter(redis(url)) for _ in range(SIZE)]
        hubs = [await enter(hub(host)) for _ in range(SIZE)]
        self.shared: list[list[Shared]] = [[*redises], [*hubs]]


@pytest.fixture(scope="module")
def forms() -> Iterator[Forms]:
    with redis_server() as server, hosting() as host, asyncio.Runner() as runner:
        found = Forms(runner, server.url, host)
        yield found
        runner.run(found.stack.aclose())


class World:
    """The processes of one form and their vendor.

    `heard` counts the marks that each has heard; what was fetched up to the number `written`, a write has dropped.
    """

    def __init__(self, shared: list[Shared], model: int, clock: Any) -> None:
        self.vendor = Vendor()
        self.ways = [Way(each) for each in shared]
        self.heard = [0] * SIZE
        self.written = 0
        self._news = asyncio.Event()
        self._model = model
        kits = [
            msgspec.structs.replace(kit(shared=way), clock=clock, now=clock, secret=b"s%d" % model) for way in self.ways
        ]
        self._companies = []
        self.reads, self.writes = [], []
        for number, using in enumerate(kits):
            reading = site(integration=f"crm{model}", user_bound=True)
            writing = site(integration=f"crm{model}", name="write", method="POST", invalidates=("contacts",))
            self.reads.append(pipeline(cache.policy, SETTINGS, self.vendor, at=reading, using=using))
            self.writes.append(pipeline(cache.policy, None, _done, at=writing, using=using))
            self._companies.append(using.keep(("cache-company",), _unmade))
            shared[number].listen(f"end {model}", self._count(number))

    async def settled(self, before: set[Any]) -> None:
        """Nobody does anything in the background, and everybody has heard everything."""
        async with asyncio.timeout(PATIENCE):
            while busy := asyncio.all_tasks() - before - {asyncio.current_task()}:
                await asyncio.wait(busy)
            rounds = self.heard[0] + SIZE
            for way in self.ways:
                way.common.tell(f"end {self._model}", b"")
            while self.heard != [rounds] * SIZE:
                self._news.clear()
                await self._news.wait()

    def stop(self) -> None:
        for company in self._companies:
            company.stop()

    def _count(self, number: int) -> Any:
        def heard(message: bytes | None) -> None:
            self.heard[number] += 1
            self._news.set()

        return heard


class Alike(RuleBasedStateMachine):
    forms: Forms

    def __init__(self) -> None:
        super().__init__()
        self.forms.models += 1
        self.now = 1_000_000.0
        memory = Memory(lambda: self.now, alone=False)
        each: list[list[Shared]] = [[memory] * SIZE, *self.forms.shared]
        self.worlds = [World(shared, self.forms.models, lambda: self.now) for shared in each]

    def same(self, do: Any) -> None:
        async def all_do() -> list[Any]:
            found = []
            for world in self.worlds:
                before = asyncio.all_tasks()
                found.append((await do(world), world.vendor.asked))
                await world.settled(before)
            return found

        memory, *others = self.forms.run(all_do())
        assert others == [memory] * len(others)

    @rule(process=PROCESSES, user=st.sampled_from(["ann", "bob"]), forced=st.booleans())
    def read(self, process: int, user: str, forced: bool) -> None:
        headers = ((b"cache-control", b"no-cache"),) if forced else ()

        async def read(world: World) -> Any:
            asked = call(caller=Caller("app", "", user), headers=headers)
            (found,) = await asyncio.gather(world.reads[process](asked), return_exceptions=True)
            if not isinstance(found, Reply):
                return type(found)
            owner, number = bytes_of(found).decode().split()
            assert owner == user
            assert world.ways[process].lost or int(number) > world.written
            return found.body, found.headers

        self.same(read)

    @rule(process=PROCESSES)
    def write(self, process: int) -> None:
        async def write(world: World) -> Any:
            if not world.ways[process].lost:
                world.written = world.vendor.asked
            return await world.writes[process](call(method="POST"))

        self.same(write)

    @rule(process=PROCESSES)
    def lose(self, process: int) -> None:
        for world in self.worlds:
            world.ways[process].lost = True

    @rule(process=PROCESSES)
    def find_again(self, process: int) -> None:
        async def back(world: World) -> None:
            world.ways[process].back()

        self.same(back)

    @rule(process=PROCESSES)
    def miss_a_write(self, process: int) -> None:
        """A line that is lost for a moment, of all moments."""
        self.lose(process)
        self.write(1 - process)
        self.find_again(process)

    @rule(seconds=st.sampled_from([20.0, 61.0, 700.0]))
    def let_time_pass(self, seconds: float) -> None:
        self.now += seconds

    @rule(fails=st.booleans())
    def vendor(self, fails: bool) -> None:
        for world in self.worlds:
            world.vendor.failure = UpstreamReset() if fails else None

    def teardown(self) -> None:
        for world in self.worlds:
            world.stop()


async def _done(call: Any) -> Reply:
    return Reply(200)


def bytes_of(reply: Reply) -> bytes:
    assert isinstance(reply.body, bytes)
    return reply.body


def _unmade() -> Company:
    raise AssertionError("the cache has made it")


def test_every_form_gives_the_same_answers(forms: Forms) -> None:
    quick = settings(
        max_examples=80,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(type("Alike", (Alike,), {"forms": forms}), settings=quick)
