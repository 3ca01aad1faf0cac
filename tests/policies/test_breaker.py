"""When a circuit opens, whom it lets through, and what never counts."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import Call, Caller, Duration, FailureClass, Handler, Kit, Percentage, Reply, Verdict
from gateway.errors import (
    CircuitOpen,
    ConnectFailed,
    ContractViolation,
    GatewayError,
    InvalidRequest,
    ReducedCapacity,
    UpstreamReset,
    UpstreamTimeout,
)
from gateway_policies import breaker
from gateway_policies.breaker_core import Core
from gateway_policies.breaker_settings import Breaker
from gateway_policies.connections import States
from tests.kit import call, clock, kit, pipeline, run, site

OK = Reply(200)
DOWN = Reply(502)


def refusal(status: int, kind: FailureClass | None = None, retry_after: float | None = None) -> Reply:
    return Reply(status, verdict=Verdict(slug="s", status=502, title="t", kind=kind, retry_after=retry_after))


class Vendor:
    """Answers as `outcome` says, after `seconds`; counts how often it was asked."""

    def __init__(self, outcome: Reply | BaseException = OK, seconds: float = 0.0) -> None:
        self.outcome = outcome
        self.seconds = seconds
        self.asked = 0

    async def __call__(self, call: Call) -> Reply:
        self.asked += 1
        outcome = self.outcome
        await asyncio.sleep(self.seconds)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


async def ask(handler: Handler, times: int = 1, asked: Call | None = None) -> list[object]:
    """Asks one after the other; what came of each: a status, or the kind of error."""
    found: list[object] = []
    for _ in range(times):
        try:
            found.append((await handler(asked or call())).status)
        except GatewayError as error:
            found.append(type(error))
    return found


def circuit(vendor: Handler, settings: Breaker | None = None, using: Kit | None = None, **fields: Any) -> Handler:
    return pipeline(breaker.policy, settings or Breaker(), vendor, at=site(**fields), using=using)


async def opened(vendor: Vendor, settings: Breaker | None = None, using: Kit | None = None) -> Handler:
    """A circuit that has just opened; the vendor is well again."""
    handler = circuit(vendor, settings, using)
    vendor.outcome = DOWN
    await ask(handler, (settings or Breaker()).failures)
    vendor.outcome, vendor.asked = OK, 0
    return handler


FAILURES = [ConnectFailed(), UpstreamReset(), UpstreamTimeout(), DOWN, Reply(500), refusal(400, "transient")]
INNOCENT = [
    OK,
    Reply(404),
    refusal(429),
    refusal(503, "rate_limited"),
    refusal(500, "auth_failed"),
    refusal(500, "rejected"),
    InvalidRequest(),
    ReducedCapacity(),
    ContractViolation(),
    RuntimeError("a fault of ours"),
]


@pytest.mark.parametrize("outcome", FAILURES, ids=repr)
def test_failures_of_the_vendor_open_the_circuit(outcome: Reply | GatewayError) -> None:
    async def main() -> None:
        vendor = Vendor(outcome)
        handler = circuit(vendor)
        await ask(handler, 5)
        assert await ask(handler, 3) == [CircuitOpen] * 3
        assert vendor.asked == 5

    run(main())


@pytest.mark.parametrize("outcome", INNOCENT, ids=repr)
def test_what_is_not_the_vendors_fault_leaves_it_closed(outcome: Reply | BaseException) -> None:
    async def main() -> None:
        vendor = Vendor(outcome)
        handler = circuit(vendor)
        for _ in range(1000):
            await asyncio.gather(handler(call()), return_exceptions=True)
        assert vendor.asked == 1000

    run(main())


def test_clients_that_leave_neither_open_it_nor_count_as_success() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        handler = circuit(vendor)
        await ask(handler, 4)
        vendor.seconds = 60
        for _ in range(1000):
            task = asyncio.ensure_future(handler(call()))
            await asyncio.sleep(0.001)
            task.cancel()
            await asyncio.wait([task])
        vendor.seconds = 0
        assert await ask(handler, 2) == [502, CircuitOpen]

    run(main())


def test_only_failures_in_a_row_count() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = circuit(vendor)
        for _ in range(50):
            vendor.outcome = DOWN
            await ask(handler, 4)
            vendor.outcome = OK
            assert await ask(handler) == [200]

    run(main())


def test_a_failure_rate_opens_it_whatever_the_order() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = circuit(vendor, Breaker(failure_rate=Percentage(0.8), window=Duration(10), minimum_calls=20))
        found = []
        for number in range(20):
            vendor.outcome = OK if number % 5 == 0 else DOWN
            found += await ask(handler)
        assert CircuitOpen not in found
        assert await ask(handler) == [CircuitOpen]

    run(main())


def test_a_failure_rate_says_nothing_below_the_minimum_of_calls() -> None:
    async def main() -> None:
        handler = circuit(Vendor(DOWN), Breaker(failure_rate=Percentage(0.5), window=Duration(10), minimum_calls=20))
        assert await ask(handler, 20) == [502] * 20
        assert await ask(handler) == [CircuitOpen]

    run(main())


def test_failures_leave_the_window() -> None:
    async def main() -> None:
        handler = circuit(Vendor(DOWN), Breaker(failure_rate=Percentage(0.5), window=Duration(10), minimum_calls=20))
        for _ in range(20):
            assert await ask(handler, 10) == [502] * 10
            await asyncio.sleep(11)

    run(main())


def test_an_open_circuit_tells_when_to_come_again() -> None:
    async def main() -> None:
        handler = await opened(Vendor())
        await asyncio.sleep(12)
        with pytest.raises(CircuitOpen) as caught:
            await handler(call())
        assert caught.value.retry_after == pytest.approx(18)

    run(main())


def test_each_rejection_is_an_error_of_its_own() -> None:
    async def main() -> None:
        handler = await opened(Vendor())
        errors = await asyncio.gather(handler(call()), handler(call()), return_exceptions=True)
        assert errors[0] is not errors[1]

    run(main())


@pytest.mark.parametrize("probes", [1, 3])
def test_only_the_probes_of_two_hundred_calls_pass_while_half_open(probes: int) -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = await opened(vendor, Breaker(probes=probes))
        await asyncio.sleep(30)
        vendor.seconds = 1
        found = await asyncio.gather(*(handler(call()) for _ in range(200)), return_exceptions=True)
        assert found.count(OK) == vendor.asked == probes
        assert await ask(handler, 3) == [200] * 3

    run(main())


def test_it_closes_only_when_every_probe_succeeded() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = await opened(vendor, Breaker(probes=2))
        await asyncio.sleep(30)
        await ask(handler)
        vendor.outcome = DOWN
        assert await ask(handler, 2) == [502, CircuitOpen]

    run(main())


def test_each_failed_probe_doubles_the_rest_up_to_its_bound() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = await opened(vendor, Breaker(recovery_max=Duration(100)))
        vendor.outcome = DOWN
        for rest in (30, 60, 100, 100):
            await asyncio.sleep(rest - 0.1)
            assert await ask(handler) == [CircuitOpen]
            await asyncio.sleep(0.1)
            assert await ask(handler) == [502]

    run(main())


def test_after_a_recovery_the_first_rest_is_short_again() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = await opened(vendor)
        vendor.outcome = DOWN
        await asyncio.sleep(30)
        await ask(handler)
        vendor.outcome = OK
        await asyncio.sleep(60)
        assert await ask(handler) == [200]
        vendor.outcome = DOWN
        assert await ask(handler, 5) == [502] * 5
        await asyncio.sleep(30)
        assert await ask(handler) == [502]

    run(main())


def test_a_probe_whose_client_leaves_gives_its_permit_back() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = await opened(vendor)
        await asyncio.sleep(30)
        vendor.seconds = 60
        task = asyncio.ensure_future(handler(call()))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        vendor.seconds = 0
        assert await ask(handler) == [200]

    run(main())


def test_a_probe_of_an_earlier_time_gives_nothing_back() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = await opened(vendor, Breaker(probes=2))
        await asyncio.sleep(30)
        vendor.seconds = 1000
        late = asyncio.ensure_future(handler(call()))
        await asyncio.sleep(1)
        vendor.outcome, vendor.seconds = DOWN, 0
        await ask(handler)
        await asyncio.sleep(60)
        vendor.outcome, vendor.seconds = OK, 1000
        probes = [asyncio.ensure_future(handler(call())) for _ in range(2)]
        await asyncio.sleep(1)
        late.cancel()
        await asyncio.wait([late])
        assert await ask(handler) == [CircuitOpen]
        await asyncio.gather(*probes)

    run(main())


def test_a_probe_that_we_refused_ourselves_decides_nothing() -> None:
    async def main() -> None:
        vendor = Vendor()
        handler = await opened(vendor)
        await asyncio.sleep(30)
        vendor.outcome = ReducedCapacity()
        assert await ask(handler, 3) == [ReducedCapacity] * 3
        vendor.outcome = OK
        assert await ask(handler, 2) == [200, 200]

    run(main())


def test_a_late_failure_of_a_call_from_before_does_not_open_it_again() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN, seconds=100)
        handler = circuit(vendor)
        late = [asyncio.ensure_future(handler(call())) for _ in range(10)]
        await asyncio.sleep(1)
        vendor.seconds = 0
        await ask(handler, 5)
        vendor.outcome = OK
        await asyncio.sleep(30)
        assert await ask(handler) == [200]
        await asyncio.gather(*late)
        assert await ask(handler) == [200]

    run(main())


def test_a_vendor_that_asks_for_rest_gets_it_at_once() -> None:
    async def main() -> None:
        vendor = Vendor(refusal(503, retry_after=7))
        handler = circuit(vendor)
        await ask(handler)
        vendor.outcome = OK
        await asyncio.sleep(6.9)
        assert await ask(handler) == [CircuitOpen]
        await asyncio.sleep(0.1)
        assert await ask(handler) == [200]

    run(main())


def test_the_rest_that_a_vendor_may_ask_for_is_bounded() -> None:
    async def main() -> None:
        handler = circuit(Vendor(refusal(503, retry_after=86400)))
        await ask(handler)
        with pytest.raises(CircuitOpen) as caught:
            await handler(call())
        assert caught.value.retry_after == pytest.approx(300)

    run(main())


def test_answers_that_come_too_slowly_count_where_the_config_says_so() -> None:
    async def main() -> None:
        handler = circuit(Vendor(seconds=5), Breaker(slow_call=Duration(4)))
        assert await ask(handler, 6) == [200] * 5 + [CircuitOpen]

    run(main())


def test_a_wait_of_our_own_does_not_make_a_call_slow() -> None:
    async def main() -> None:
        async def queueing(call: Call) -> Reply:
            await asyncio.sleep(5)
            call.trail.note("bulkhead.waited", seconds=5.0)
            return OK

        assert await ask(circuit(queueing, Breaker(slow_call=Duration(4))), 10) == [200] * 10

    run(main())


def test_what_does_not_count_by_the_config_does_not_open_it() -> None:
    async def main() -> None:
        settings = Breaker(counts=("timeout", 504))
        assert CircuitOpen not in await ask(circuit(Vendor(DOWN), settings), 20)
        assert CircuitOpen not in await ask(circuit(Vendor(UpstreamReset()), settings), 20)
        assert CircuitOpen in await ask(circuit(Vendor(Reply(504)), settings), 20)

    run(main())


Make = Callable[[Vendor, Kit], tuple[Handler, Handler]]


def endpoints(scope: str) -> Make:
    def make(vendor: Vendor, shared: Kit) -> tuple[Handler, Handler]:
        settings = Breaker(scope=scope)  # type: ignore[arg-type]
        return circuit(vendor, settings, shared), circuit(vendor, settings, shared, name="other")

    return make


@pytest.mark.parametrize(("scope", "other"), [("integration", CircuitOpen), ("endpoint", 200)])
def test_the_scope_says_what_shares_a_circuit(scope: str, other: object) -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        one, two = endpoints(scope)(vendor, kit())
        await ask(one, 5)
        vendor.outcome = OK
        assert await ask(two) == [other]

    run(main())


def test_one_users_dead_connection_does_not_open_anothers() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        handler = circuit(vendor, Breaker(scope="connection"))
        await ask(handler, 5, call(caller=Caller("app", user="ann")))
        vendor.outcome = OK
        assert await ask(handler, 1, call(caller=Caller("app", user="ann"))) == [CircuitOpen]
        assert await ask(handler, 1, call(caller=Caller("app", user="bob"))) == [200]
        assert await ask(handler, 1, call(caller=Caller("app"))) == [200]

    run(main())


def test_a_circuit_survives_a_reload_that_does_not_change_it() -> None:
    async def main() -> None:
        shared, vendor = kit(), Vendor()
        await opened(vendor, using=shared)
        assert await ask(circuit(vendor, Breaker(), shared)) == [CircuitOpen]
        assert await ask(circuit(vendor, Breaker(failures=6), shared)) == [200]

    run(main())


def test_a_wall_clock_that_jumps_changes_nothing() -> None:
    async def main() -> None:
        wall = [1e9]
        shared = msgspec.structs.replace(kit(), now=lambda: wall[0])
        handler = await opened(Vendor(), using=shared)
        wall[0] += 3600
        assert await ask(handler) == [CircuitOpen]
        wall[0] -= 7200
        await asyncio.sleep(30)
        assert await ask(handler) == [200]

    run(main())


def test_the_trail_tells_what_the_circuit_did() -> None:
    async def main() -> None:
        vendor = Vendor(DOWN)
        handler = circuit(vendor, Breaker(failures=1))
        asked = call()
        await ask(handler, 2, asked)
        await asyncio.sleep(30)
        vendor.outcome = OK
        await ask(handler, 2, asked)
        assert [event.name for event in asked.trail.events] == [
            "breaker.opened",
            "breaker.rejected",
            "breaker.half_open_probe",
            "breaker.closed",
        ]

    run(main())


def test_the_circuits_that_are_alive_can_be_listed_with_their_changes() -> None:
    async def main() -> None:
        shared, vendor = kit(), Vendor()
        handler = await opened(vendor, using=shared)
        core = shared.keep(("breakers",), WeakValueDictionary[str, Core])["crm"]
        assert (core.name, core.state, core.opened_at) == ("crm", "opened", clock())
        await asyncio.sleep(30)
        await ask(handler)
        assert [(at - 1000, state) for at, state in core.changes] == [
            (0, "opened"),
            (30, "half-opened"),
            (30, "closed"),
        ]

    run(main())


def test_a_circuit_that_no_plan_holds_is_no_longer_listed() -> None:
    alive: WeakValueDictionary[str, Core] = WeakValueDictionary()

    def once(key: object, make: Callable[[], Any]) -> Any:
        return alive if key == ("breakers",) else make()

    async def main() -> None:
        await ask(circuit(Vendor(), using=msgspec.structs.replace(kit(), keep=once)))

    run(main())
    gc.collect()
    assert not alive


def test_every_build_asks_for_the_list_so_that_a_reload_keeps_it() -> None:
    asked: list[object] = []
    shared = kit()

    def noting(key: Any, make: Callable[[], Any]) -> Any:
        asked.append(key)
        return shared.keep(key, make)

    for _ in range(2):
        breaker.build(Breaker(), site(), msgspec.structs.replace(shared, keep=noting))
    assert asked.count(("breakers",)) == 2


def test_states_that_are_as_good_as_new_are_forgotten_and_others_are_not() -> None:
    busy: set[str] = {"ann"}
    states: States[str] = States(lambda name: name, lambda name: name not in busy, most=10)
    for name in ["ann", *(f"user{number}" for number in range(100))]:
        states(name)
    assert "ann" in states._states
    assert len(states) <= 11


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"recovery": Duration(0)}, "`recovery` has to be more than zero"),
        ({"recovery": Duration(301)}, "`recovery` is more than `recovery_max`"),
        ({"window": Duration(3)}, "need each other"),
        ({"failure_rate": Percentage(0.5), "window": Duration(3)}, "need each other"),
        ({"failure_rate": Percentage(1.5), "window": Duration(3), "minimum_calls": 3}, "more than 100%"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Breaker(**fields)


def _refuse(really: bool) -> None:
    if really:
        raise ReducedCapacity


@given(
    probes=st.integers(1, 3),
    calls=st.lists(
        st.tuples(
            st.sampled_from(["ok", "fail", "leave", "refuse"]), st.floats(0, 20), st.floats(0, 20), st.floats(0.001, 40)
        ),
        min_size=5,
        max_size=60,
    ),
)
def test_whatever_happens_at_most_the_probes_are_under_way_while_half_open_and_it_recovers(
    probes: int, calls: list[tuple[str, float, float, float]]
) -> None:
    async def main() -> None:
        shared = kit()
        settings = Breaker(failures=2, recovery=Duration(10), recovery_max=Duration(20), probes=probes)
        probing: dict[int, int] = {}

        async def send(call: Call) -> Reply:
            core = shared.keep(("breakers",), WeakValueDictionary[str, Core])["crm"]
            generation = core.generation if core.state == "half-opened" else None
            if generation is not None:
                probing[generation] = probing.get(generation, 0) + 1
                assert probing[generation] <= probes
            try:
                await asyncio.sleep(float(call.path["seconds"]))
                _refuse(call.path["fate"] == "refuse")
            except (asyncio.CancelledError, ReducedCapacity):
                if generation is not None:
                    probing[generation] -= 1
                raise
            return DOWN if call.path["fate"] == "fail" else OK

        handler = circuit(send, settings, shared)

        async def one(fate: str, start: float, seconds: float, leaves: float) -> None:
            await asyncio.sleep(start)
            made = handler(call(path={"fate": fate, "seconds": str(seconds)}))
            await (asyncio.wait_for(made, leaves) if fate == "leave" else made)

        found = await asyncio.gather(*(one(*each) for each in calls), return_exceptions=True)
        assert not [error for error in found if isinstance(error, AssertionError)]
        await asyncio.sleep(100)
        asked = [call(path={"fate": "ok", "seconds": "0"}) for _ in range(probes + 1)]
        assert [(await handler(each)).status for each in asked] == [200] * (probes + 1)

    run(main())
