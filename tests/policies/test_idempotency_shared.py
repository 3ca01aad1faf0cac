"""Keys among several processes, some of which die, and without what they share."""

import asyncio

import msgspec
import pytest

from gateway import Call, Reply
from gateway.errors import ConnectFailed, GatewayError, UpstreamTimeout
from gateway.sharing import Memory
from gateway_policies.idempotency import GRACE
from gateway_policies.idempotency_records import Record, Sealer
from tests.kit import clock, kit, run
from tests.policies.idempotent import SEALED, Losing, Vendor, endpoint, outcome, outcomes, processes, write


def test_a_repeat_that_comes_to_another_process_gets_the_first_answer() -> None:
    vendor = Vendor()

    async def main() -> list[str]:
        return [await outcome(endpoint(vendor, each), write()) for each in processes(3)]

    assert run(main()) == ["201", "201 again", "201 again"]
    assert vendor.effects == 1


def test_of_many_at_once_in_several_processes_one_is_done() -> None:
    async def main() -> None:
        vendor = Vendor()
        handlers = [endpoint(vendor, each) for each in processes(4)]
        told = await asyncio.gather(*(outcome(handler, write()) for _ in range(50) for handler in handlers))
        assert sorted(told) == ["201", *["idempotency-in-flight"] * 199]
        assert vendor.effects == 1

    run(main())


def test_another_request_with_the_key_is_refused_by_every_process_while_it_runs_and_afterwards() -> None:
    async def main() -> None:
        here, there = (endpoint(Vendor(), each) for each in processes(2))
        first = asyncio.ensure_future(here(write()))
        await asyncio.sleep(0.5)
        assert await outcome(there, write()) == "idempotency-in-flight"
        assert await outcome(there, write(body=b"[]")) == "idempotency-mismatch"
        await first
        assert await outcome(there, write(body=b"[]")) == "idempotency-mismatch"

    run(main())


@pytest.mark.parametrize(
    ("trouble", "second"), [(ConnectFailed(), "201"), (UpstreamTimeout(), "idempotency-outcome-unknown")]
)
def test_the_others_know_whether_it_may_have_been_done(trouble: GatewayError, second: str) -> None:
    async def main() -> list[str]:
        one, other = processes(2)
        here, there = endpoint(Vendor(trouble), one), endpoint(Vendor(), other)
        return [await outcome(here, write()), await outcome(there, write())]

    assert run(main())[1] == second


async def killed(vendor: Vendor, shared: Memory, asked: Call, **fields: object) -> None:
    """A process that dies while the vendor works: it tells nobody anything any more."""
    lost = Losing()
    lost.memory = shared
    (dying,) = processes(1, lost)
    task = asyncio.ensure_future(endpoint(vendor, dying, fields)(asked))
    await asyncio.sleep(0.5)
    lost.down = True
    task.cancel()
    await asyncio.wait([task])


def test_what_a_killed_process_was_doing_is_taken_for_running_until_its_deadline_and_is_not_done_again() -> None:
    async def main() -> None:
        vendor, shared = Vendor(), Memory(clock, alone=False)
        await killed(vendor, shared, write(deadline=clock() + 20))
        (other,) = processes(1, shared)
        handler = endpoint(vendor, other)
        assert await outcome(handler, write()) == "idempotency-in-flight"
        await asyncio.sleep(20 + GRACE)
        assert await outcomes(handler, write(), write()) == ["idempotency-outcome-unknown"] * 2
        assert vendor.effects == 1

    run(main())


def test_where_a_repeat_does_no_harm_it_finds_out_what_a_killed_process_was_doing() -> None:
    async def main() -> None:
        vendor, shared = Vendor(), Memory(clock, alone=False)
        await killed(vendor, shared, write(deadline=clock() + 20), idempotent=True)
        await asyncio.sleep(20 + GRACE)
        here, there = processes(2, shared)
        repeats = [endpoint(vendor, each, {"idempotent": True}) for each in (here, there)]
        told = await asyncio.gather(*(outcome(handler, write()) for handler in repeats))
        assert sorted(told) == ["201", "idempotency-in-flight"]
        assert await outcome(repeats[0], write()) == "201 again"
        assert vendor.effects == 2

    run(main())


def test_without_the_others_a_process_decides_alone() -> None:
    async def main() -> None:
        vendor, lost = Vendor(), Losing()
        lost.down = True
        handler = endpoint(vendor, processes(1, lost)[0])
        assert await outcomes(handler, write(), write()) == ["201", "201 again"]
        assert vendor.effects == 1

    run(main())


@pytest.mark.parametrize("trouble", [UpstreamTimeout(), None], ids=["unknown", "answered"])
def test_what_a_process_knows_outlives_what_is_shared(trouble: UpstreamTimeout | None) -> None:
    async def main() -> None:
        vendor, lost = Vendor(*([trouble] if trouble else [])), Losing()
        handler = endpoint(vendor, processes(1, lost)[0])
        await outcome(handler, write())
        lost.wipe()
        again = await outcome(handler, write())
        assert again == ("idempotency-outcome-unknown" if trouble else "201 again")
        assert vendor.effects == 1

    run(main())


def test_a_process_that_gave_an_answer_of_another_gives_it_without_what_is_shared() -> None:
    async def main() -> None:
        vendor, lost = Vendor(), Losing()
        here, there = (endpoint(vendor, each) for each in processes(2, lost))
        assert await outcomes(here, write()) == ["201"]
        assert await outcome(there, write()) == "201 again"
        lost.down = True
        assert await outcome(there, write()) == "201 again"

    run(main())


def test_what_is_shared_may_be_lost_while_the_vendor_works() -> None:
    async def main() -> None:
        vendor, lost = Vendor(), Losing()
        here, there = (endpoint(vendor, each) for each in processes(2, lost))
        first = asyncio.ensure_future(outcome(here, write(deadline=clock() + 5)))
        await asyncio.sleep(0.5)
        lost.down = True
        assert await first == "201"
        assert await outcome(here, write()) == "201 again"
        lost.down = False
        assert await outcome(there, write()) == "idempotency-in-flight"
        await asyncio.sleep(5 + GRACE)
        assert await outcome(there, write()) == "idempotency-outcome-unknown"
        assert vendor.effects == 1

    run(main())


def test_an_answer_too_large_to_be_shared_is_known_to_have_been_given() -> None:
    async def main() -> None:
        vendor, lost = Vendor(Reply(200, body=b"x" * 5000)), Losing(most=1000)
        here, there = (endpoint(vendor, each) for each in processes(2, lost))
        assert await outcomes(here, write(), write()) == ["200", "200 again"]
        assert await outcome(there, write()) == "idempotency-answer-not-kept"

    run(main())


def test_a_caller_who_leaves_while_the_others_are_asked_leaves_his_key_free() -> None:
    async def main() -> None:
        vendor, lost = Vendor(), Losing()
        here, there = (endpoint(vendor, each) for each in processes(2, lost))
        first = asyncio.ensure_future(here(write()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        await asyncio.sleep(0.1)
        assert vendor.effects == 0
        assert await outcome(there, write()) == "201"
        assert await outcome(here, write()) == "201 again"

    run(main())


def test_a_window_ends_in_all_processes_at_once() -> None:
    async def main() -> list[str]:
        vendor = Vendor()
        here, there = (endpoint(vendor, each) for each in processes(2))
        told = await outcomes(here, write())
        await asyncio.sleep(86_000)
        told += await outcomes(there, write())
        await asyncio.sleep(500)
        return [*told, *await outcomes(there, write()), *await outcomes(here, write())]

    assert run(main()) == ["201", "201 again", "201", "201 again"]


def test_a_process_with_another_secret_learns_only_that_the_key_was_used() -> None:
    async def main() -> list[str]:
        vendor, shared = Vendor(), Memory(clock, alone=False)
        (here,) = processes(1, shared)
        stranger = msgspec.structs.replace(here, keep=kit().keep, secret=b"another")
        first = await outcome(endpoint(vendor, here), write())
        return [first, await outcome(endpoint(vendor, stranger), write()), str(vendor.effects)]

    assert run(main()) == ["201", "idempotency-answer-not-kept", "1"]


def test_nobody_reads_an_answer_where_it_is_shared_or_under_another_name() -> None:
    sealer, record = Sealer(SEALED), Record("answered", b"print", 1.0, 200, ((b"a", b"b"),), b"the secret body")
    sealed = sealer.sealed("one", record)
    assert b"secret" not in sealed
    assert sealer.opened("one", sealed) == record
    assert sealer.opened("another", sealed) == Record("spent")
    changed = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(1, len(sealed))]
    assert {sealer.opened("one", each).state for each in changed} == {"spent"}


@pytest.mark.parametrize("nonsense", [b"", b"x", b"a", b"begun"])
def test_nonsense_in_the_shared_state_is_a_key_that_was_used(nonsense: bytes) -> None:
    assert Sealer(SEALED).opened("one", nonsense).state in {"begun", "spent"}


def test_alone_nobody_else_is_asked() -> None:
    async def main() -> int:
        lost = Losing()
        lost.alone = True
        await outcomes(endpoint(Vendor(), processes(1, lost)[0]), write(), write())
        return lost.asked

    assert run(main()) == 0
