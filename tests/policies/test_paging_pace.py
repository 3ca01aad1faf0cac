"""All pages at the pace of the reader: one page at a time, each in its own time, and none once he has left."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway import Call, Reply
from gateway.errors import UpstreamTimeout
from gateway.paging import CursorPaging
from gateway_policies.streams import close
from tests.kit import clock, run
from tests.policies.paged import ALL, Crm, by_token, contacts, whole

TOKEN = CursorPaging(items="items", next="next", parameter="pageToken")


async def chunks(crm: Crm) -> AsyncIterator[bytes]:
    reply = await crm.asked_for(*ALL)
    assert not isinstance(reply.body, bytes)
    return reply.body


class Slow(Crm):
    """Takes so many seconds for each page after the first, which takes `first`; tells how each call to it ended."""

    def __init__(self, *, first: float = 3, further: float = 3) -> None:
        super().__init__(TOKEN, by_token, contacts(8))
        self.ended: list[str] = []
        self._first, self._further = first, further

    async def vendor(self, call: Call) -> Reply:
        try:
            await asyncio.sleep(self._further if "pageToken" in call.target else self._first)
        except asyncio.CancelledError:
            self.ended.append(f"cancelled {call.target}")
            raise
        self.ended.append(call.target)
        return await super().vendor(call)


def test_a_page_is_fetched_once_the_one_before_was_taken() -> None:
    async def scenario() -> list[int]:
        crm = Crm(TOKEN, by_token, contacts(7))
        pieces = await chunks(crm)
        asked = [len(crm.asked)]
        async for _ in pieces:
            await asyncio.sleep(60)  # a slow reader
            asked.append(len(crm.asked))
        return asked

    assert run(scenario()) == [1, 1, 2, 3, 4, 4]


def test_a_caller_who_leaves_stops_the_fetching() -> None:
    async def scenario() -> int:
        crm = Crm(TOKEN, by_token, contacts(7))
        pieces = await chunks(crm)
        await anext(pieces)
        await anext(pieces)
        await close(pieces)
        assert [chunk async for chunk in pieces] == []
        return len(crm.asked)

    assert run(scenario()) == 2


def test_a_caller_who_leaves_while_a_page_is_fetched_ends_that_call_too() -> None:
    async def scenario() -> list[str]:
        crm = Slow()
        reader = asyncio.create_task(crm.all())
        await asyncio.sleep(5)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        return crm.ended

    assert run(scenario()) == ["/contacts", "cancelled /contacts?pageToken=2"]


def test_every_page_has_the_time_that_the_first_one_had() -> None:
    async def scenario() -> list[float]:
        crm = Slow()
        assert (await crm.all(deadline=clock() + 5))["items"] == contacts(8)
        return [asked.deadline for asked in crm.asked]

    assert run(scenario()) == [1005, 1008, 1011, 1014]  # twelve seconds in all


def test_a_page_that_takes_longer_breaks_the_answer_off() -> None:
    async def scenario() -> list[str]:
        crm = Slow(first=1, further=10)
        reply = await crm.asked_for(*ALL, deadline=clock() + 5)
        with pytest.raises(UpstreamTimeout, match="5 seconds"):
            await whole(reply)
        assert clock() == 1006
        return crm.ended

    assert run(scenario()) == ["/contacts", "cancelled /contacts?pageToken=2"]


def test_a_time_limit_of_somebody_elses_is_not_taken_for_the_pages_own() -> None:
    async def scenario() -> None:
        async with asyncio.timeout(4):
            await Slow().all(deadline=clock() + 5)

    with pytest.raises(TimeoutError):
        run(scenario())
