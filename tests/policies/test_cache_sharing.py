"""A cache that several processes have in common: one fetch for all, dropped for all, a user's own for nobody else."""

import asyncio

import pytest

from gateway.errors import UpstreamReset
from tests.kit import call, clock, run
from tests.policies.processes import Process, Vendor, company


def test_what_one_has_fetched_the_others_have() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, third) = company(vendor)
        assert await first.read() == await second.read() == await third.read() == b"None 1"
        second.way.asked.clear()
        assert await second.read() == b"None 1"
        assert second.way.asked == []  # what a process has itself asks nobody

    run(main())


def test_many_callers_of_many_processes_are_one_fetch() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        _, processes = company(vendor)
        found = await asyncio.gather(*(processes[number % 3].read() for number in range(60)))
        assert set(found) == {b"None 1"}
        assert vendor.asked == 1

    run(main())


def test_it_says_where_it_came_from_and_how_old_it_is() -> None:
    async def main() -> None:
        _, (first, second, _) = company(Vendor())
        await first.read()
        await asyncio.sleep(7)
        asked = call()
        reply = await second.asking(asked)
        assert [event.name for event in asked.trail.events] == ["cache.miss", "cache.shared", "cache.hit"]
        assert reply.header(b"cache-status") == b"gateway; hit; ttl=53"
        assert reply.header(b"age") == b"7"

    run(main())


def test_a_write_drops_it_everywhere_at_once() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, third) = company(vendor)
        for process in (first, second, third):
            await process.read()
        await third.write()
        assert await first.read() == await second.read() == await third.read() == b"None 2"

    run(main())


def test_a_fetch_from_before_a_write_is_kept_nowhere() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        common, (first, second, third) = company(vendor)
        slow = asyncio.ensure_future(first.read())
        await asyncio.sleep(0.5)
        await second.write()
        assert await slow == b"None 1"
        assert await third.read() == await first.read() == b"None 2"
        late = Process(common, vendor)
        assert await late.read() == b"None 2"

    run(main())


def test_what_may_have_been_missed_counts_as_dropped() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor)
        await first.read()
        await second.read()
        second.way.deaf = True
        await first.write()
        assert await second.read() == b"None 1"
        second.way.back()
        assert await second.read() == b"None 2"

    run(main())


def test_a_process_that_died_while_fetching_is_not_waited_for_for_ever() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1e6)
        _, (first, second, _) = company(vendor)
        dead = asyncio.ensure_future(first.read())
        await asyncio.sleep(1)
        vendor.seconds = 0
        began = clock()
        assert await second.read() == b"None 2"
        assert clock() - began <= 10
        dead.cancel()

    run(main())


def test_a_failed_fetch_lets_the_others_try_at_once() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0.1)
        vendor.failure = UpstreamReset()
        _, (first, second, _) = company(vendor)
        failing = asyncio.ensure_future(first.read())
        await asyncio.sleep(0.05)
        vendor.failure = None
        began = clock()
        assert await second.read() == b"None 2"
        assert clock() - began < 0.4
        with pytest.raises(UpstreamReset):
            await failing

    run(main())


def test_without_the_others_each_fetches_for_itself() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor)
        first.way.lost = second.way.lost = True
        assert (await first.read(), await second.read(), await first.read()) == (b"None 1", b"None 2", b"None 1")
        await first.write()
        assert await first.read() == b"None 3"
        first.way.back()
        second.way.back()
        assert await first.read() == await second.read() == b"None 4"

    run(main())


def test_a_users_answers_are_sealed_and_nobody_elses() -> None:
    async def main() -> None:
        vendor = Vendor()
        common, (first, second, _) = company(vendor, user_bound=True)
        assert (await first.read("ann"), await first.read("bob")) == (b"ann 1", b"bob 2")
        assert (await second.read("ann"), await second.read("bob")) == (b"ann 1", b"bob 2")
        assert common.given
        assert not any(b"ann" in value or b"bob" in value for value in common.given.values())
        other = Process(common, vendor, user_bound=True, secret=b"another gateway's")
        assert await other.read("ann") == b"ann 3"

    run(main())


def test_an_answer_under_anothers_name_is_no_answer() -> None:
    async def main() -> None:
        vendor = Vendor()
        common, (first, second, _) = company(vendor)
        await first.read(path={"id": "1"})
        await first.read(path={"id": "2"})
        (one, value), (other, foreign) = common.given.items()
        common.instead = {one: foreign, other: b"\xc1 damaged"}
        assert await second.read(path={"id": "1"}) == b"None 3"
        assert await second.read(path={"id": "2"}) == b"None 4"
        assert value != foreign

    run(main())
