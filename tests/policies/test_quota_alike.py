"""Whoever asks in whatever order: a quota is the same in memory, by the supervisor's hub and by redis."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from gateway import Call, Caller, Duration, Handler, Reply, Shared, Trail
from gateway.errors import QuotaExceeded
from gateway.plan.keeper import Keeper
from gateway.sharing import Memory
from gateway_policies import quota
from gateway_policies.quota import Quota
from gateway_policies.quota_leases import KEPT
from tests.gateway.sharing.forms import hosting, hub, redis
from tests.kit import call, kit, pipeline, site
from tests.services import redis_server

PER = 10_000.0
"""Seconds: nothing comes back before the test is over."""
QUICK = KEPT / 2
"""Seconds until leases may end by themselves, at a moment that differs from form to form: nothing is compared then."""
PROCESSES = st.integers(0, 1)


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
        self.shared: list[list[Shared]] = [[*redises], [*hubs]]


@pytest.fixture(scope="module")
def forms() -> Iterator[Forms]:
    with redis_server() as server, hosting() as host, asyncio.Runner() as runner:
        found = Forms(runner, server.url, host)
        yield found
        runner.run(found.stack.aclose())


async def ok(call: Call) -> Reply:
    return Reply(200)


class Process:
    def __init__(self, shared: Shared, scope: str, requests: int) -> None:
        self.shared = shared
        self.keeper = Keeper()
        using = msgspec.structs.replace(kit(shared=shared), keep=self.keeper, clock=time.monotonic)
        declared = Quota(requests=requests, per=Duration(PER))
        self.handler: Handler = pipeline(quota.policy, declared, ok, at=site(scope), using=using)

    async def ask(self, who: str) -> tuple[str, bytes | None]:
        """What came of it, and how much is said to be left."""
        asked = call(caller=Caller(who), trail=Trail(time.monotonic))
        try:
            answer: Reply | QuotaExceeded = await self.handler(asked)
        except QuotaExceeded as refused:
            answer = refused
        return type(answer).__name__, dict(answer.headers)[b"ratelimit"].split(b";")[1]

    async def stop(self) -> None:
        self.keeper.close()
        await asyncio.sleep(0)
        await self.shared.get("what was given back before is there, since questions do not overtake each other")


class Alike(RuleBasedStateMachine):
    forms: Forms

    @initialize(requests=st.sampled_from([1, 3, 100, 1000]))
    def begin(self, requests: int) -> None:
        self.forms.models += 1
        scope = f"crm {self.forms.models}"
        memory = Memory(time.monotonic, alone=False)
        shared: list[list[Shared]] = [[memory, memory], *self.forms.shared]
        self.processes = [[Process(each, scope, requests) for each in pair] for pair in shared]
        self.passed = {"ann": 0, "bob": 0}
        self.requests = requests
        self.began = time.monotonic()

    @rule(process=PROCESSES, who=st.sampled_from(["ann", "bob"]), times=st.sampled_from([1, 5, 60]))
    def ask(self, process: int, who: str, times: int) -> None:
        told = self.forms.run(self._asked(process, who, times))
        if time.monotonic() - self.began > QUICK:
            return
        self.passed[who] += sum(answer == "Reply" for answer, _ in told[0])
        assert told == [told[0]] * len(told)
        assert self.passed[who] <= self.requests

    async def _asked(self, process: int, who: str, times: int) -> list[list[tuple[str, bytes | None]]]:
        return [[await pair[process].ask(who) for _ in range(times)] for pair in self.processes]

    @rule(process=PROCESSES)
    def stop(self, process: int) -> None:
        """What it has leased goes back."""
        self.forms.run(self._stopped(process))

    async def _stopped(self, process: int) -> None:
        for pair in self.processes:
            await pair[process].stop()

    def teardown(self) -> None:
        for process in (0, 1):
            self.stop(process)


def test_every_form_lets_the_same_requests_pass(forms: Forms) -> None:
    quick = settings(
        max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(type("Alike", (Alike,), {"forms": forms}), settings=quick)
