"""What database and redis are asked is noted, for the request that it is asked for, and never what was asked."""

import asyncio
from pathlib import Path

import pytest

from gateway.errors import StoreUnavailable
from gateway.shared import NotShared
from gateway.stores.database import Database
from gateway.stores.keys import SqlKeys
from gateway.stores.revisions import prepare
from gateway.tracing.asking import MOST, Asking
from gateway.tracing.sampling import Asked, Sampler, Traced

GET = b"*2\r\n$3\r\nGET\r\n$9\r\nthe value\r\n"


class Noting:
    """A sampler and what was asked aside."""

    def __init__(self, ratio: float = 1.0) -> None:
        self.sampler = Sampler(ratio, follows=True)
        self.aside: list[tuple[Traced, Asked]] = []
        self.time = 0.0
        self.asking = Asking(self.sampler, self.clock, lambda trace, asked: self.aside.append((trace, asked)))

    def clock(self) -> float:
        self.time += 1.0
        return self.time


async def answers(frame: bytes) -> object:
    return b"+OK"


async def lost(frame: bytes) -> object:
    raise NotShared


def test_a_question_to_redis_belongs_to_the_request_that_it_is_asked_for() -> None:
    noting = Noting()

    async def request() -> Traced:
        asked = noting.asking.redis(answers)
        trace = noting.sampler.begin(())
        await asked(GET)
        return trace

    assert asyncio.run(request()).asked == [Asked(system="redis", operation="GET", began=1.0, ended=2.0)]
    assert noting.aside == []


def test_a_question_without_an_answer_says_so() -> None:
    noting = Noting()

    async def request() -> Traced:
        asked_in_vain, asked = noting.asking.redis(lost), noting.asking.redis(answers)
        trace = noting.sampler.begin(())
        with pytest.raises(NotShared):
            await asked_in_vain(GET)
        await asked(GET)
        return trace

    assert [asked.failure for asked in asyncio.run(request()).asked or ()] == ["NotShared", ""]


def test_what_is_asked_aside_is_a_trace_of_its_own_if_it_is_sampled() -> None:
    for ratio, traces in ((1.0, 1), (0.0, 0)):
        noting = Noting(ratio)
        asyncio.run(_asked_aside(noting))
        assert len(noting.aside) == traces


async def _asked_aside(noting: Noting) -> None:
    assert await noting.asking.redis(answers)(GET) == b"+OK"


def test_who_goes_on_after_the_request_is_over_asks_aside() -> None:
    noting = Noting()

    async def request() -> Traced:
        asked = noting.asking.redis(answers)
        trace = noting.sampler.begin(())
        trace.over = True
        await asked(GET)
        return trace

    trace = asyncio.run(request())
    assert trace.asked is None
    assert [asked.operation for _, asked in noting.aside] == ["GET"]


def test_of_one_request_so_many_questions_are_noted_and_no_more() -> None:
    noting = Noting()

    async def request() -> Traced:
        asked = noting.asking.redis(answers)
        trace = noting.sampler.begin(())
        for _ in range(MOST + 10):
            await asked(GET)
        return trace

    assert len(asyncio.run(request()).asked or ()) == MOST


def test_statements_are_told_by_what_they_do_and_to_which_table(tmp_path: Path) -> None:
    noting = Noting()

    async def request() -> Traced:
        database = Database(f"sqlite:///{tmp_path}/gateway.db")
        await prepare(database)
        await database.close()
        database = Database(f"sqlite:///{tmp_path}/gateway.db", watch=noting.asking.database)
        trace = noting.sampler.begin(())
        noting.sampler.current.set(trace)
        await SqlKeys(database).find("the value")
        await SqlKeys(database).change("the value", name="another value")
        await database.close()
        return trace

    trace = asyncio.run(request())
    told = [(asked.system, asked.operation, asked.collection, asked.failure) for asked in trace.asked or ()]
    assert told == [("sqlite", "SELECT", "keys", ""), ("sqlite", "UPDATE", "keys", "")]
    assert all(asked.began < asked.ended for asked in trace.asked or ())


def test_a_statement_that_fails_says_so(tmp_path: Path) -> None:
    noting = Noting()

    async def request() -> Traced:
        database = Database(f"sqlite:///{tmp_path}/empty.db", watch=noting.asking.database)
        trace = noting.sampler.begin(())
        noting.sampler.current.set(trace)
        with pytest.raises(StoreUnavailable):
            await SqlKeys(database).find("the value")
        await database.close()
        return trace

    told = [(asked.operation, asked.collection, asked.failure) for asked in asyncio.run(request()).asked or ()]
    assert told == [("SELECT", "keys", "OperationalError")]
