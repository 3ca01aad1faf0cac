"""Whatever a redis does, a call is answered or refused soon, and sharing comes back by itself."""

import asyncio
from collections.abc import Iterator

import pytest
import uvloop

from gateway.shared import NotShared, Pace
from gateway.sharing import Redis
from gateway.sharing.line import PATIENCE
from tests.gateway.sharing.forms import GUARD, ok, redis, refused, until
from tests.services import Redis as Server
from tests.services import redis_server

PACE = Pace(amount=1, per=100.0, burst=10)


@pytest.fixture
def server() -> Iterator[Server]:
    with redis_server() as server:
        yield server


async def lost(shared: Redis) -> None:
    """Calls are refused, each of them soon, and from then on at once."""
    assert await refused(shared) < GUARD
    assert shared.state == "lost"
    assert await refused(shared) < GUARD


def test_one_that_is_killed_comes_back_when_it_is_started_again(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url) as shared:
            server.kill()
            await until(lambda: shared.state == "lost")
            await lost(shared)
            server.start()
            await ok(shared)
            assert await shared.put("name", b"value", 100)

    uvloop.run(main())


def test_one_that_is_frozen_refuses_and_comes_back_when_it_moves_again(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url, PATIENCE) as shared:
            await shared.put("name", b"value", 100)
            server.freeze()
            calls = [asyncio.create_task(refused(shared)) for _ in range(100)]
            assert max(await asyncio.gather(*calls)) < GUARD
            await lost(shared)
            server.thaw()
            await ok(shared)
            assert await shared.get("name") == b"value"

    uvloop.run(main())


def test_one_that_freezes_while_nobody_asks_is_noticed_all_the_same(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url, PATIENCE) as shared:
            server.freeze()
            await until(lambda: shared.state == "lost")

    uvloop.run(main())


def test_one_that_is_not_there_refuses_at_once_and_is_found_when_it_comes(server: Server) -> None:
    async def main() -> None:
        server.kill()
        async with redis(server.url, there=False) as shared:
            await lost(shared)
            server.start()
            await ok(shared)

    uvloop.run(main())


@pytest.mark.parametrize(
    ("breaks", "mends"),
    [
        (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
        (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
        (("CONFIG", "SET", "min-replicas-to-write", "1"), ("CONFIG", "SET", "min-replicas-to-write", "0")),
        (("ACL", "SETUSER", "default", "-set"), ("ACL", "SETUSER", "default", "+set")),
    ],
    ids=["full", "a replica", "without its replicas", "not allowed"],
)
def test_one_that_takes_nothing_is_lost_until_it_does(
    server: Server, breaks: tuple[str, ...], mends: tuple[str, ...]
) -> None:
    async def main() -> None:
        async with redis(server.url) as shared:
            assert server.ask(*breaks) == b"+OK\r\n"
            with pytest.raises(NotShared):
                await shared.put("name", b"value", 100)
            await lost(shared)
            assert server.ask(*mends) == b"+OK\r\n"
            await ok(shared)
            assert await shared.put("name", b"value", 100)

    uvloop.run(main())


def test_one_that_takes_nothing_is_not_taken_for_one_that_does(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        server.ask("CONFIG", "SET", "maxmemory", "1")
        async with redis(server.url, there=False) as shared:
            await until(lambda: "answers OOM" in caplog.text)
            await lost(shared)

    uvloop.run(main())


def test_a_wrong_password_is_lost_until_it_is_right_and_never_said(caplog: pytest.LogCaptureFixture) -> None:
    async def main(server: Server) -> None:
        async with redis(server.url.replace("first", "hush-hush"), there=False) as shared:
            await lost(shared)
            await until(lambda: "answers WRONGPASS" in caplog.text)
            assert server.ask("CONFIG", "SET", "requirepass", "hush-hush").endswith(b"+OK\r\n")
            await ok(shared)

    with redis_server(password="first") as server:
        uvloop.run(main(server))
    assert "hush-hush" not in caplog.text


def test_a_script_that_redis_forgot_is_sent_again(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url) as shared:
            assert (await shared.take("name", PACE)).remaining == 9
            server.ask("SCRIPT", "FLUSH")
            assert (await shared.take("name", PACE)).remaining == 8
            assert shared.state == "ok"

    uvloop.run(main())


def test_a_name_that_holds_something_else_is_refused_and_nothing_is_lost(server: Server) -> None:
    async def main() -> None:
        async with redis(server.url) as shared:
            server.ask("RPUSH", "gateway:v:nothing", "one")
            server.ask("SET", "gateway:n:number", "no number")
            assert await refused(shared) < GUARD
            with pytest.raises(NotShared):
                await shared.add("number", 1, 100)
            assert shared.state == "ok"

    uvloop.run(main())


def test_it_says_once_that_sharing_is_lost_and_once_that_it_is_back(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        caplog.set_level("INFO", "gateway")
        async with redis(server.url) as shared:
            server.kill()
            await until(lambda: shared.state == "lost")
            for _ in range(20):
                await refused(shared)
            server.start()
            await ok(shared)

    uvloop.run(main())
    where = f"redis://127.0.0.1:{server.port}/0"
    assert [record.getMessage() for record in caplog.records if record.name == "gateway"] == [
        f"shared state is lost: {where}: closed the connection; every process decides alone until it is back",
        f"shared state is back: {where}",
    ]
