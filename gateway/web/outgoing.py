"""A Reply becomes a response: the fields that every answer carries, compression, the body as bytes or as a stream."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

import msgspec

from gateway.contract import Event, Headers, Reply, first
from gateway.web.compression import compressed

Send = Callable[[dict[str, Any]], Awaitable[None]]

SECURITY: Headers = ((b"x-content-type-options", b"nosniff"),)
OWN = frozenset({b"content-length", *(name for name, _ in SECURITY)})
"""Fields that `respond` writes by itself."""
_NO_STORE = (b"cache-control", b"no-store")
_FIRST_ERROR = 400
_BODILESS = frozenset({204, 304})


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known of a request to answer it."""

    correlation_id: str
    head: bool
    accept_encoding: bytes | None = None
    private: bool = False
    fields: Headers = ()
    timing: bytes | None = None


def at_vendor(events: Iterable[Event]) -> tuple[int, float]:
    """How many attempts there were, and their seconds in sum; waits between them are ours."""
    attempts, seconds, sent = 0, 0.0, 0.0
    for event in events:
        if event.name == "attempt.sent":
            attempts += 1
            sent = event.at
        elif event.name in {"attempt.answered", "attempt.failed"}:
            seconds += event.at - sent
    return attempts, seconds


def server_timing(whole: float, upstream: float) -> bytes:
    """Milliseconds spent here and at the vendor, of seconds."""
    return b"gateway;dur=%.1f, upstream;dur=%.1f" % (max(0.0, whole - upstream) * 1000, upstream * 1000)


async def respond(send: Send, reply: Reply, out: Outgoing) -> None:
    """Sends the whole reply; a streamed body is sent as fast as the client takes it."""
    body = reply.body
    headers = [*reply.headers, *out.fields, *SECURITY, (b"x-correlation-id", out.correlation_id.encode())]
    if out.timing is not None:
        headers.append((b"server-timing", out.timing))
    if (out.private or reply.status >= _FIRST_ERROR) and first(reply.headers, b"cache-control") is None:
        headers.append(_NO_STORE)
    if not isinstance(body, bytes):
        await _stream(send, reply.status, headers, body, head=out.head)
        return
    if out.accept_encoding is not None and not out.private:
        body, packed = await compressed(body, tuple(headers), out.accept_encoding)
        headers = [*packed]
    if reply.status not in _BODILESS:
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if out.head or reply.status in _BODILESS else body})


async def _stream(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: AsyncIterator[bytes], *, head: bool
) -> None:
    try:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if not head:
            async for chunk in body:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        await close_stream(body)


async def close_stream(body: object) -> None:
    """Ends a stream that nobody reads any more."""
    close = getattr(body, "aclose", None)
    if close is not None:
        await close()
