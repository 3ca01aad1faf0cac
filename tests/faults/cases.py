"""What the vendor does under each path: decent, slow, dishonest, broken or hostile."""

import asyncio
import gzip
from collections.abc import Mapping

from tests.faults.server import Case, Exchange, echo

GZIPPED = gzip.compress(b'{"hello":"world"}' * 20)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
MEBIBYTE = 1024 * 1024


def says(*pieces: bytes, close: bool = True) -> Case:
    """Takes the request, sends these bytes, whatever they are, and hangs up."""

    async def case(exchange: Exchange) -> None:
        await exchange.read_body()
        await exchange.write(*pieces)
        if close:
            exchange.hang_up()

    return case


async def accepted(exchange: Exchange) -> None:
    await exchange.read_body()
    await exchange.answer(exchange.body, b"201 Created")


async def redirect(exchange: Exchange) -> None:
    await exchange.read_body()
    await exchange.answer(b"", b"302 Found", [(b"Location", b"/elsewhere")])


async def cookies(exchange: Exchange) -> None:
    await exchange.read_body()
    await exchange.answer(fields=[(b"Set-Cookie", b"sid=ann; Path=/"), (b"Set-Cookie", b"theme=dark")])


async def fields(exchange: Exchange) -> None:
    odd = [(b"X-oDD-case", b"1"), (b"Via", b"a"), (b"X-Other", b"\xe9\xff"), (b"VIA", b"b"), (b"X-Empty", b"")]
    await exchange.answer(fields=odd)


async def compressed(exchange: Exchange) -> None:
    await exchange.answer(GZIPPED, fields=[(b"Content-Encoding", b"gzip")])


async def nothing(exchange: Exchange) -> None:
    await exchange.read_body()
    await exchange.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def silent(exchange: Exchange) -> None:
    """Takes the request and never says anything."""
    await exchange.gone()


async def drop(exchange: Exchange) -> None:
    """Hangs up when the whole request is there."""
    await exchange.read_body()
    exchange.hang_up()


async def reset(exchange: Exchange) -> None:
    """The same, rudely."""
    await exchange.read_body()
    exchange.reset()


async def drop_while_sending(exchange: Exchange) -> None:
    """Resets the connection when a little of the body has come."""
    await exchange.reader.readexactly(1000)
    exchange.reset()


async def early_answer(exchange: Exchange) -> None:
    """Answers before the body is there, and reads no more."""
    await exchange.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
    await exchange.gone()


async def reluctant(exchange: Exchange) -> None:
    """Reads the request's body only when the test says so."""
    await exchange.vendor.gate.wait()
    await exchange.answer(b"%d" % len(await exchange.read_body()))


async def drip(exchange: Exchange) -> None:
    """A body that comes by the byte and never ends."""
    await exchange.write(CHUNKED)
    while not exchange.writer.is_closing():
        await exchange.write(b"1\r\n.\r\n")
        await asyncio.sleep(0.01)


async def started(exchange: Exchange) -> None:
    """A head and the first chunk; the rest never comes."""
    await exchange.write(CHUNKED + b"5\r\nfirst\r\n")
    await exchange.gone()


async def events(exchange: Exchange) -> None:
    """Three chunks, each a moment after the other."""
    await exchange.write(CHUNKED)
    for chunk in (b"one", b"two", b"three"):
        await exchange.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        await asyncio.sleep(0.02)
    await exchange.write(b"0\r\n\r\n")


async def flood(exchange: Exchange) -> None:
    """64 MiB in chunks, as fast as they are taken; the vendor counts what it could write."""
    await exchange.write(CHUNKED)
    piece = b"10000\r\n" + bytes(65536) + b"\r\n"
    for _ in range(1024):
        await exchange.write(piece)
        exchange.vendor.written += 65536
    await exchange.write(b"0\r\n\r\n")


async def huge(exchange: Exchange) -> None:
    """A gigabyte is announced, and sent as long as someone reads."""
    await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _ in range(1024):
        await exchange.write(bytes(MEBIBYTE))
        exchange.vendor.written += MEBIBYTE


async def slow_head(exchange: Exchange) -> None:
    """A head that comes by the byte and never ends."""
    await exchange.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not exchange.writer.is_closing():
        await exchange.write(b".")
        await asyncio.sleep(0.01)


async def endless_head(exchange: Exchange) -> None:
    """Header fields without end, as fast as they are taken."""
    await exchange.write(b"HTTP/1.1 200 OK\r\n")
    while not exchange.writer.is_closing():
        await exchange.write(b"".join(b"X-%d: %s\r\n" % (number, b"v" * 100) for number in range(500)))
        exchange.vendor.written += 50_000


async def endless_line(exchange: Exchange) -> None:
    """One header field without end."""
    await exchange.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not exchange.writer.is_closing():
        await exchange.write(b"v" * 65536)
        exchange.vendor.written += 65536


async def interim_flood(exchange: Exchange) -> None:
    """Interim answers without end."""
    while not exchange.writer.is_closing():
        await exchange.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500)
        exchange.vendor.written += 20_000


async def interim(exchange: Exchange) -> None:
    """One interim answer, then the real one."""
    await exchange.read_body()
    await exchange.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    await exchange.answer()


async def closes_idle(exchange: Exchange) -> None:
    """A decent answer, then the connection is closed without a word."""
    await exchange.read_body()
    await exchange.answer()
    exchange.hang_up()


async def poisoned(exchange: Exchange) -> None:
    """An answer with a second one behind it that nobody asked for."""
    await exchange.read_body()
    await exchange.answer()
    await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen")


_OK = b"HTTP/1.1 200 OK\r\n"

MALFORMED: Mapping[str, bytes] = {
    "garbage": b"\x00\x16\x03\x01 what is this?\r\n\r\n",
    "bad-status": b"HTTP/1.1 banana OK\r\n\r\n",
    "bad-version": b"HTCPCP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "bad-field": _OK + b"no colon here\r\nContent-Length: 2\r\n\r\nok",
    "half-head": _OK + b"Content-Le",
    "bad-length": _OK + b"Content-Length: two\r\n\r\nok",
    "two-lengths": _OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
    "negative-length": _OK + b"Content-Length: -1\r\n\r\nok",
    "unknown-coding": _OK + b"Transfer-Encoding: banana\r\n\r\nok",
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: upgrade\r\n\r\n",
    "bad-chunk": CHUNKED + b"banana\r\nok\r\n0\r\n\r\n",
    "huge-chunk": CHUNKED + b"ffffffffffffffffff\r\nok",
    "half-chunk": CHUNKED + b"10\r\nfirst",
    "no-last-chunk": CHUNKED + b"2\r\nok\r\n",
    "partial": _OK + b"Content-Length: 100\r\n\r\nfirst",
}
"""Answers that are not HTTP, by path; every one must fail, wherever the engine notices."""

AMBIGUOUS: Mapping[str, bytes] = {
    "both-framings": _OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "longer-than-said": _OK + b"Content-Length: 2\r\n\r\nok and more",
}
"""Answers with one reading by RFC 9112 (`ok`), after which the connection cannot be trusted."""

UNTIL_CLOSE = _OK + b"\r\nuntil the end"

CASES: Mapping[str, Case] = {
    "echo": echo,
    "accepted": accepted,
    "redirect": redirect,
    "cookies": cookies,
    "fields": fields,
    "compressed": compressed,
    "nothing": nothing,
    "silent": silent,
    "drop": drop,
    "reset": reset,
    "drop-while-sending": drop_while_sending,
    "early-answer": early_answer,
    "reluctant": reluctant,
    "drip": drip,
    "started": started,
    "events": events,
    "flood": flood,
    "huge": huge,
    "slow-head": slow_head,
    "endless-head": endless_head,
    "endless-line": endless_line,
    "interim-flood": interim_flood,
    "interim": interim,
    "closes-idle": closes_idle,
    "poisoned": poisoned,
    "until-close": says(UNTIL_CLOSE),
    **{name: says(answer) for name, answer in MALFORMED.items()},
    **{name: says(answer, close=False) for name, answer in AMBIGUOUS.items()},
}
