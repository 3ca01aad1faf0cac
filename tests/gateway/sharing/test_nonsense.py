"""Servers that are no redis, or have lost their mind: nothing they say is believed."""

import asyncio
import re
import time
from collections.abc import Callable

import pytest
import uvloop

from gateway.shared import NotShared
from gateway.sharing import Redis
from gateway.sharing.address import Address
from tests.gateway.sharing.forms import GUARD, ok

CONFIRMED = b">3\r\n+subscribe\r\n+gateway:told\r\n:1\r\n"
ECHO = re.compile(rb"ECHO\r\n\$\d+\r\n([0-9a-f]+)\r\n")
Answer = Callable[[bytes], bytes | None]
"""What is said to what came; None closes the connection."""


def sane(data: bytes) -> bytes:
    """As a redis greets, and echoes; whatever else is asked gets what comes after."""
    said = b""
    for word in re.findall(rb"\*\d+\r\n\$\d+\r\n([A-Z]+)\r\n", data):
        if word == b"HELLO":
            said += b"%1\r\n+server\r\n+redis\r\n"
        elif word == b"SUBSCRIBE":
            said += CONFIRMED
        elif word == b"SET":
            said += b"+OK\r\n"
        elif word == b"ECHO":
            mark = ECHO.search(data)
            assert mark is not None
            said += b"+" + mark[1] + b"\r\n"
    return said


def after_greeting(instead: bytes) -> Answer:
    return lambda data: sane(data) or instead


STRANGERS: dict[str, Answer] = {
    "another protocol": lambda _: b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "agrees to everything": lambda data: b"+OK\r\n" * data.count(b"*"),
    "says nothing": lambda _: b"",
    "hangs up": lambda _: None,
    "is older than it should be": lambda _: b"-ERR unknown command 'HELLO'\r\n",
    "echoes something else": lambda data: re.sub(rb"\+[0-9a-f]{16}", b"+mark", sane(data)) or b"+OK\r\n",
    "refuses the channel": lambda data: sane(data).replace(CONFIRMED, b"-NOPERM\r\n"),
}  # fmt: skip
LATER: dict[str, Answer] = {
    "a number": after_greeting(b":7\r\n"),
    "a list": after_greeting(b"*1\r\n:7\r\n"),
    "half an answer": after_greeting(b"$100\r\nhalf"),
    "bytes of another protocol": after_greeting(b"\x00\xff\x00\xff\r\n"),
    "an answer of a size that nobody has": after_greeting(b"$99999999999999\r\n"),
    "a list without an end": after_greeting(b"*1\r\n" * 1_000),
    "the end": lambda data: sane(data) or None,
}


async def with_server(answer: Answer, check: Callable[[Redis], object]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (data := await reader.read(65536)) and (said := answer(data)) is not None:
                writer.write(said)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1") as server:
        shared = Redis(Address(host="127.0.0.1", port=server.sockets[0].getsockname()[1]))
        try:
            await check(shared)  # type: ignore[misc]  # each check is a coroutine function
        finally:
            await shared.close()


async def refuses(shared: Redis) -> None:
    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(NotShared):
            await shared.get("name")
    assert time.monotonic() - began < 3 * GUARD


@pytest.mark.parametrize("answer", STRANGERS.values(), ids=STRANGERS)
def test_who_is_no_redis_is_never_asked(answer: Answer) -> None:
    async def check(shared: Redis) -> None:
        await refuses(shared)
        assert shared.state == "lost"

    uvloop.run(with_server(answer, check))


@pytest.mark.parametrize("answer", LATER.values(), ids=LATER)
def test_an_answer_that_is_none_ends_the_connection(answer: Answer) -> None:
    async def check(shared: Redis) -> None:
        shared.start()
        await ok(shared)
        await refuses(shared)

    uvloop.run(with_server(answer, check))
