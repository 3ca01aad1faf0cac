"""What another process has fetched is given out for as long as it is of use, and no longer."""

import asyncio

import pytest

from gateway import Duration, Reply, Verdict
from gateway.errors import CircuitOpen, UpstreamReset
from gateway_policies.cache import Cache
from tests.kit import run
from tests.policies.processes import Common, Process, Vendor, company, settled

PATIENT = Cache(ttl=Duration(60), stale_while_revalidate=Duration(30), stale_if_error=Duration(600), tags=("contacts",))
MISSING = Reply(404, (), b"{}", Verdict(slug="no-such-contact", status=404, title="No such contact", kind="rejected"))


@pytest.mark.parametrize("failure", [UpstreamReset(), CircuitOpen()])
def test_a_process_that_never_had_it_gives_it_out_stale_where_the_vendor_fails(failure: Exception) -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor)
        await first.read()
        await asyncio.sleep(100.5)
        vendor.failure = failure
        reply = await second.ask()
        assert (reply.body, reply.header(b"cache-status")) == (b"None 1", b"gateway; hit; ttl=-41")

    run(main())


def test_a_process_that_never_had_it_gives_it_out_stale_while_it_refreshes() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        _, (first, second, third) = company(vendor, settings=PATIENT)
        await first.read()
        await asyncio.sleep(70.5)
        reply = await second.ask()
        assert (reply.body, reply.header(b"cache-status")) == (b"None 1", b"gateway; hit; ttl=-11")
        await asyncio.sleep(2)
        assert await second.read() == await third.read() == b"None 2"
        assert vendor.asked == 2

    run(main())


def test_past_its_windows_it_is_fetched_anew() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor, settings=PATIENT)
        await first.read()
        await asyncio.sleep(95)
        assert await second.read() == b"None 2"

    run(main())


def test_that_there_is_no_such_thing_is_known_to_all_with_what_it_means() -> None:
    async def main() -> None:
        vendor = Vendor()
        vendor.reply = MISSING
        negative = Cache(ttl=Duration(60), negative=Duration(30), stale_if_error=Duration(600), tags=("contacts",))
        _, (first, second, third) = company(vendor, settings=negative)
        assert [await process.ask() for process in (first, second)] == [await third.ask()] * 2
        assert vendor.asked == 1
        await first.write()
        vendor.reply = None
        assert await second.read() == b"None 2"

    run(main())


def test_what_is_not_there_any_more_is_not_to_be_had_from_the_others_either() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor, settings=PATIENT)
        await first.read()
        await asyncio.sleep(70)
        vendor.reply = MISSING
        assert (await first.ask()).status == 200  # stale, while it is refreshed
        await settled()
        assert (await second.ask()).status == (await first.ask()).status == 404
        vendor.failure = UpstreamReset()
        with pytest.raises(UpstreamReset):
            await second.ask()

    run(main())


def test_an_older_answer_of_the_others_does_not_take_the_place_of_a_newer_one() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, _) = company(vendor)
        await first.read()
        await asyncio.sleep(65)
        second.way.lost = True
        assert await second.read() == b"None 2"
        second.way.lost = False
        await asyncio.sleep(65)
        vendor.failure = UpstreamReset()
        assert await second.read() == b"None 2"

    run(main())


def test_that_there_is_no_such_thing_is_never_stale_whatever_the_clocks_say() -> None:
    async def main() -> None:
        vendor, common = Vendor(), Common()
        vendor.reply = MISSING
        negative = Cache(ttl=Duration(60), negative=Duration(30), stale_while_revalidate=Duration(600))
        first, ahead = Process(common, vendor, negative), Process(common, vendor, negative, now=1_800_000_004.0)
        await first.ask()
        await asyncio.sleep(28)
        vendor.reply = None
        assert await ahead.read() == b"None 2"

    run(main())


def test_an_answer_from_a_clock_that_is_ahead_is_not_fresh_for_longer() -> None:
    async def main() -> None:
        vendor = Vendor()
        common = Common()
        ahead, behind = Process(common, vendor, now=1_800_003_600.0), Process(common, vendor)
        await ahead.read()
        await settled()
        assert await behind.read() == b"None 2"

    run(main())
