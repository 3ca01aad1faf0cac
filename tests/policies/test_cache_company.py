"""What was dropped stays dropped: for whoever comes later, missed the news, or could not be told at the time."""

import asyncio

import pytest

from gateway_policies.cache_company import BEGUN, CHANNEL
from tests.kit import run
from tests.policies.processes import Process, Vendor, company, settled


def test_who_comes_later_does_not_meet_what_was_dropped_before() -> None:
    async def main() -> None:
        vendor = Vendor()
        common, (first, second, _) = company(vendor)
        await first.read()
        await settled()
        await second.write()
        assert await Process(common, vendor).read() == b"None 2"

    run(main())


def test_a_write_while_the_others_are_out_of_reach_is_told_when_they_are_back() -> None:
    async def main() -> None:
        vendor = Vendor()
        common, (first, second, _) = company(vendor)
        await first.read()
        await second.read()
        await settled()
        first.way.lost = True
        await first.write()
        assert await second.read() == b"None 1"  # it cannot know
        first.way.back()
        await settled()
        assert await second.read() == b"None 2"
        assert await Process(common, vendor).read() == b"None 2"

    run(main())


def test_whoever_writes_while_out_of_reach_does_not_meet_the_old_answer_again() -> None:
    async def main() -> None:
        _, (first, second, _) = company(Vendor())
        await second.read()
        assert await first.read() == b"None 1"
        await settled()
        first.way.lost = True
        await first.write()
        first.way.lost = False  # and its line has not yet said that it is back
        assert await first.read() == b"None 2"

    run(main())


def test_a_writer_who_leaves_before_the_others_know_does_not_keep_it_from_them() -> None:
    async def main() -> None:
        _, (first, second, _) = company(Vendor())
        await second.read()
        first.way.slow = 1.0
        writing = asyncio.ensure_future(first.write())
        await asyncio.sleep(0.5)
        writing.cancel()
        await asyncio.sleep(5)
        assert await second.read() == b"None 2"

    run(main())


@pytest.mark.parametrize("writes", [1, 3])
def test_a_number_that_was_forgotten_does_not_bring_back_what_was_dropped(writes: int) -> None:
    async def main() -> None:
        vendor = Vendor()
        common, (first, second, _) = company(vendor)
        await first.read()
        await settled()
        for _ in range(writes):
            common.forget("contacts")
            await second.write()
        common.forget("contacts")
        assert await Process(common, vendor).read() == b"None 2"
        assert await first.read() != b"None 1"

    run(main())


def test_a_number_that_became_smaller_is_believed() -> None:
    async def main() -> None:
        common, (first, second, _) = company(Vendor())
        await first.read()
        await settled()
        common.forget("contacts")
        await common.add("cache/tag/crm/contacts", BEGUN, 1e6)
        second.way.back()
        for number in (2, 3):
            await second.write()
            assert await first.read() == b"None %d" % number
            await settled()

    run(main())


def test_processes_that_come_to_a_tag_at_once_agree() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        _, processes = company(vendor, size=8)
        await asyncio.gather(*(process.read() for process in processes))
        assert vendor.asked == 1

    run(main())


def test_news_that_overtake_each_other_do_not_hide_a_drop() -> None:
    async def main() -> None:
        common, (first, second, third) = company(Vendor())
        for process in (first, second, third):
            await process.read()
        told: list[bytes | None] = []
        deaf = common.listen(CHANNEL, told.append)
        third.way.deaf = True
        await first.write()
        await second.write()
        deaf()
        third.way.deaf = False
        for message in reversed(told):
            assert message is not None
            common.tell(CHANNEL, message)
        await settled()
        fresh = await first.read()
        assert fresh == await third.read() == b"None 2"
        await first.write()
        assert await third.read() == b"None 3"

    run(main())


@pytest.mark.parametrize("message", [b"", b"\xc1", b"\x92\xa1a\xa1b", b"\x92\xa9crm/other\x01"])
def test_news_of_another_version_of_the_gateway_do_no_harm(message: bytes) -> None:
    async def main() -> None:
        common, (first, *_) = company(Vendor())
        await first.read()
        common.tell(CHANNEL, message)
        common.tell("cache/fetched", message)
        assert await first.read() == b"None 1"

    run(main())


def test_what_nobody_knows_of_is_not_asked_for_more_than_once() -> None:
    """The numbers of tags are learnt once, and told from then on."""

    async def main() -> None:
        _, (first, *_) = company(Vendor(), size=1)
        for page in range(5):
            await first.read(query=(("page", str(page)),))
        await settled()
        begun = first.way.asked.count("add")
        assert begun == 6  # three tags, each looked for and begun
        await first.read(query=(("page", "6"),))
        assert first.way.asked.count("add") == begun

    run(main())
