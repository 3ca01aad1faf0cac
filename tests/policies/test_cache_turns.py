"""One process fetches for all; the others wait no longer than that makes sense."""

import asyncio

import pytest

from gateway import Duration, Reply
from gateway_policies.cache import Cache
from tests.kit import clock, run
from tests.policies.processes import Vendor, company, settled


def test_what_cannot_be_put_in_common_each_fetches_at_once_and_not_in_turn() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        vendor.reply = Reply(200, ((b"set-cookie", b"a=b"),), b"for one")
        _, processes = company(vendor, size=6)
        began = clock()
        await asyncio.gather(*(process.read() for process in processes))
        assert clock() - began < 2.2  # the first one's second, and another for all others
        assert vendor.asked == 6

    run(main())


def test_an_answer_too_large_for_the_others_is_fetched_by_each_at_once() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        vendor.reply = Reply(200, (), b"x" * 600_000)
        common, processes = company(vendor, size=6)
        began = clock()
        await asyncio.gather(*(process.read() for process in processes))
        assert clock() - began < 2.2
        assert common.given == {}

    run(main())


def test_who_is_cancelled_while_he_takes_the_turn_does_not_keep_it() -> None:
    async def main() -> None:
        _, (first, second, _) = company(Vendor())
        await second.read(path={"id": "other"})  # the numbers of the tags are known
        await first.read(path={"id": "another"})
        await settled()
        first.way.slow = 1.0
        leaving = asyncio.ensure_future(first.read())
        await asyncio.sleep(1.5)  # it has looked, and its claim is on its way back
        assert first.way.asked[-1] == "claim"
        leaving.cancel()
        await asyncio.sleep(2)
        began = clock()
        await second.read()
        assert clock() - began < 0.1

    run(main())


def test_a_caller_does_not_wait_for_the_others_until_it_is_too_late_to_ask_himself() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1e6)
        _, (first, second, _) = company(vendor)
        hanging = asyncio.ensure_future(first.read())
        await asyncio.sleep(0.1)
        vendor.seconds = 1.0
        async with asyncio.timeout(4):
            assert await second.read(deadline=clock() + 4) == b"None 2"
        hanging.cancel()

    run(main())


@pytest.mark.parametrize("header", [(b"cache-control", b"no-cache"), (b"x-request-timeout", b"5")])
def test_who_wants_it_new_or_soon_waits_for_nobody(header: tuple[bytes, bytes]) -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        _, (first, second, _) = company(vendor)
        slow = asyncio.ensure_future(first.read())
        await asyncio.sleep(0.1)
        began = clock()
        assert await second.read(headers=(header,)) == b"None 2"
        assert clock() - began < 1.1
        await slow

    run(main())


def test_nobody_waits_for_what_is_put_in_common() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor)
        await first.read(path={"id": "other"})  # the numbers of the tags are known
        await settled()
        first.way.slow = 1.0
        began = clock()
        await first.read(headers=((b"cache-control", b"no-cache"),))
        assert clock() == began
        await asyncio.sleep(5)
        assert await second.read() == b"None 2"

    run(main())


def test_who_reads_after_a_write_does_not_wait_for_a_fetch_from_before_it() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=5.0)
        _, (first, second, third) = company(vendor)
        old = asyncio.ensure_future(first.read())
        await asyncio.sleep(0.1)
        await second.write()
        vendor.seconds = 0.1
        began = clock()
        assert await third.read() == b"None 2"
        assert clock() - began < 0.2
        assert await old == b"None 1"

    run(main())


def test_a_refresh_in_the_background_is_one_for_all() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        settings = Cache(ttl=Duration(60), stale_while_revalidate=Duration(30))
        _, processes = company(vendor, settings=settings)
        for process in processes:
            await process.read()
        await asyncio.sleep(65)
        assert {await process.read() for process in processes} == {b"None 1"}
        await asyncio.sleep(2)
        assert {await process.read() for process in processes} == {b"None 2"}
        assert vendor.asked == 2

    run(main())


def test_news_that_are_lost_are_made_up_for_by_looking() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        _, (first, second, _) = company(vendor)
        slow = asyncio.ensure_future(first.read())
        await asyncio.sleep(0.1)
        second.way.deaf = True
        began = clock()
        assert await second.read() == await slow == b"None 1"
        assert clock() - began < 2

    run(main())


def test_many_processes_ask_once_however_they_come() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0.3)
        _, processes = company(vendor, size=5)

        async def late(number: int) -> bytes:
            await asyncio.sleep(number * 0.01)
            return await processes[number % 5].read()

        found = await asyncio.gather(*(late(number) for number in range(100)))
        assert set(found) == {b"None 1"}
        assert vendor.asked == 1

    run(main())
