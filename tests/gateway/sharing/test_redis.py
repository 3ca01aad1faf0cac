"""Redis beyond what all forms have in common: clocks, time, whom it tells, and what a cancelled call leaves behind."""

import asyncio
import os
import random
from collections.abc import Iterator

import pytest
import uvloop

from gateway.shared import NotShared, Pace
from gateway.sharing.line import MOST_BYTES
from tests.gateway.sharing.forms import ok, redis, until, until_asked
from tests.services import Redis as Server
from tests.services import redis_server

AN_HOUR = 3_600_000_000


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with redis_server(password="p@ss:w/rd") as server:
        yield server


def now(server: Server) -> int:
    """Microseconds of its clock."""
    _, _, seconds, _, micros, _ = server.ask("TIME").split(b"\r\n")[-6:]
    return int(seconds) * 1_000_000 + int(micros)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - it is of this machine, and counts itself


def test_no_answer_of_a_cancelled_call_reaches_another(server: Server) -> None:
    async def main() -> None:
        chance = random.Random(4)
        async with redis(server.url) as shared:
            for number in range(100):
                await shared.put(f"name {number}", b"%d" % number, 100)
            for _ in range(20):
                calls = {asyncio.create_task(shared.get(f"name {number}")): number for number in range(100)}
                await asyncio.sleep(0)  # all have asked, none is answered
                for task in chance.sample(list(calls), 50):
                    task.cancel()
                answers = await asyncio.gather(*calls, return_exceptions=True)
                pairs = zip(calls.values(), answers, strict=True)
                kept = [(number, answer) for number, answer in pairs if not isinstance(answer, BaseException)]
                assert len(kept) == 50
                assert kept == [(number, b"%d" % number) for number, _ in kept]
            assert shared.state == "ok"

    uvloop.run(main())


def test_a_clock_that_was_set_back_leaves_no_bucket_empty_for_longer_than_it_takes_to_fill(server: Server) -> None:
    async def main() -> None:
        pace = Pace(amount=10, per=1.0, burst=2)
        async with redis(server.url) as shared:
            server.ask("SET", "gateway:t:stepped", str(now(server) + AN_HOUR))
            assert (await shared.take("stepped", pace)).seconds <= 0.1

            async def taken() -> bool:
                return (await shared.take("stepped", pace)).granted == 1

            await until_asked(taken)

    uvloop.run(main())


def test_a_clock_that_was_set_back_keeps_no_place_for_longer_than_it_was_given(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url) as shared:
            server.ask("HSET", "gateway:p:stepped", "another", f"{now(server) + AN_HOUR} 200000")
            assert not await shared.claim("stepped", "me", 10)
            await until_asked(lambda: shared.claim("stepped", "me", 10))

    uvloop.run(main())


def test_what_is_put_claimed_and_added_is_gone_after_its_time(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url) as shared:
            await shared.put("brief", b"value", 0.05)
            await shared.claim("brief", "another", 0.05)
            await shared.add("brief", 5, 0.05)

            async def gone() -> bool:
                return await shared.get("brief") is None

            await until_asked(gone)
            await until_asked(lambda: shared.claim("brief", "me", 10))
            await until(lambda: server.ask("EXISTS", "gateway:n:brief") == b":0\r\n")

    uvloop.run(main())


def test_every_key_has_an_end(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url) as shared:
            server.ask("FLUSHALL")
            pace = Pace(amount=1, per=100.0, burst=5)
            await shared.put("name", b"value", 100)
            await shared.claim("name", "me", 100)
            await shared.take("name", pace, 3)
            await shared.give_back("name", pace, 1)
            await shared.add("name", 1, 100)
            for kind in "vptn":
                left = int(server.ask("TTL", f"gateway:{kind}:name").rsplit(b":", 1)[1])
                assert 0 < left <= 200, kind

    uvloop.run(main())


def test_processes_hear_each_other_and_themselves_once(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url) as one, redis(server.unix_url) as other:
            heard: dict[str, list[bytes | None]] = {"one": [], "other": []}
            deaf = one.listen("channel", heard["one"].append)
            other.listen("channel", heard["other"].append)
            one.tell("channel", b"first")
            other.tell("channel", b"second")
            await until(lambda: len(heard["one"]) == len(heard["other"]) == 2)
            assert sorted(map(str, heard["one"])) == sorted(map(str, heard["other"]))
            deaf()
            other.tell("channel", b"third")
            await until(lambda: len(heard["other"]) == 3)
            assert len(heard["one"]) == 2

    uvloop.run(main())


def test_whoever_may_have_missed_something_is_told_so(server: Server) -> None:
    async def main() -> None:
        heard: list[bytes | None] = []
        async with redis(server.url) as shared:
            shared.listen("channel", heard.append)
            server.ask("CLIENT", "KILL", "TYPE", "pubsub")
            await until(lambda: heard == [None])
            await ok(shared)

    uvloop.run(main())


def test_a_value_that_would_hold_up_others_is_not_shared(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url) as shared:
            assert await shared.put("large", bytes(MOST_BYTES), 10)
            with pytest.raises(NotShared):
                await shared.put("larger", bytes(MOST_BYTES + 1), 10)
            assert shared.state == "ok"

    uvloop.run(main())


def test_connections_that_were_lost_leave_nothing_open(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url) as shared:
            before = descriptors()
            for _ in range(4):
                server.ask("CLIENT", "KILL", "TYPE", "pubsub")
                await until(lambda: shared.state == "lost")
                await ok(shared)
            assert descriptors() <= before

    uvloop.run(main())


def test_who_has_another_database_of_the_same_redis_does_not_hear_us(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url) as ours, redis(server.url) as too, redis(server.url.replace("/0", "/1")) as theirs:
            heard: dict[str, list[bytes | None]] = {"too": [], "theirs": []}
            too.listen("news", heard["too"].append)
            theirs.listen("news", heard["theirs"].append)
            await theirs.get("nothing")
            ours.tell("news", b"ours")
            await until(lambda: b"ours" in heard["too"])
            await theirs.get("nothing")
            assert b"ours" not in heard["theirs"]

    asyncio.run(main())
