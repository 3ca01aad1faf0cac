"""Whose answer it is, over all cacheable endpoints, processes and whatever header fields somebody sends along."""

import asyncio
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import Call, Caller, Operation, Reply, Site
from gateway.loading import load
from gateway.plan import Flags, compile_plans
from gateway.registry import discover
from gateway_policies import cache
from gateway_policies.cache import Cache
from tests.kit import call, kit, pipeline, run
from tests.policies.processes import Common, Process, Way, settled
from tests.running import SHIPPED

PROCESSES = 2
SHAPING = (b"accept", b"accept-language", b"prefer", b"range", b"if-none-match")


def cacheable() -> Iterator[tuple[Operation, Cache]]:
    """The cached endpoints of the shipped config."""
    registry = discover()
    loaded = load(SHIPPED, registry, {}, lenient_secrets=True)
    for plan in compile_plans(loaded, registry, kit(), Flags(), "http://localhost:8000").endpoints:
        if "cache" in plan.policies:
            yield plan.operation, plan.policies["cache"].settings


ENDPOINTS = [(each, chosen) for each, chosen in cacheable() if each.method in chosen.methods]


async def whose(call: Call) -> Reply:
    await asyncio.sleep(0.01)
    return Reply(200, (), f"{call.endpoint} of {call.caller.user}".encode())


@pytest.mark.parametrize(("operation", "chosen"), ENDPOINTS, ids=[each.id for each, _ in ENDPOINTS])
def test_two_users_never_mix_at_any_cacheable_endpoint(operation: Operation, chosen: Cache) -> None:
    async def main() -> None:
        common, users = Common(), ("ann", "bob")
        at = Site(operation=msgspec.structs.replace(operation, user_bound=True), scope=operation.integration)
        kits = [msgspec.structs.replace(kit(shared=Way(common)), secret=b"s") for _ in range(PROCESSES)]
        handlers = [pipeline(cache.policy, chosen, whose, at=at, using=each) for each in kits]
        for _ in range(3):
            asked = [
                handler(call(endpoint=operation.id, method=operation.method, caller=Caller("app", "", user)))
                for handler in handlers
                for user in users
            ]
            bodies = [reply.body for reply in await asyncio.gather(*asked)]
            assert bodies == [f"{operation.id} of {user}".encode() for user in users] * PROCESSES
        await settled()
        assert len(common.given) == len(users)

    run(main())


fields = st.dictionaries(st.sampled_from([*SHAPING, b"x-trace", b"cookie", b"x-user"]), st.binary(max_size=8))


async def shaped(call: Call) -> Reply:
    """A vendor who answers in the language that is preferred, and in part if that is asked for."""
    shape = [(name, value) for name, value in call.headers if name in SHAPING]
    return Reply(200, (), repr(shape).encode())


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, PROCESSES - 1), fields), min_size=1, max_size=12))
def test_undeclared_header_fields_change_nothing_that_is_stored(asked: list[tuple[int, dict[bytes, bytes]]]) -> None:
    async def main() -> None:
        common = Common()
        processes = [Process(common, shaped) for _ in range(PROCESSES)]
        for number, sent in asked:
            reply = await processes[number].ask(headers=tuple(sent.items()))
            assert reply.status == 304 or reply.body == b"[]"
        await settled()
        assert len(common.given) == 1

    run(main())
