"""The last handler of the corridor: a Call that says what the vendor shall get becomes the vendor's Reply."""

import re
from collections.abc import AsyncGenerator

from gateway.contract import Call, Handler, Headers, Reply, Trail
from gateway.declared import Operation
from gateway.errors import GatewayError, InvalidRequest, UriTooLong
from gateway.tracing import FIELDS, onward
from gateway.upstream.engine import Engine, Incoming, Outgoing, check_fields

MOST_TARGET = 32_768
"""Characters of path and query; vendors take 8 to 16 thousand."""

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authentication-info",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_NOT_TO_VENDOR = _HOP_BY_HOP | {b"content-length", b"expect", b"host"}  # framing and address are the engine's
_NOT_FROM_CALLER = _NOT_TO_VENDOR | FIELDS  # where the gateway says itself where the attempt stands in a trace
_NOT_TO_CALLER = _HOP_BY_HOP | {b"content-length"}  # the body may change on its way

# what RFC 3986 allows, and what is in common use beside it and means nothing else: { } | ^ [ ]; possessive, since going
# back over a long run of letters before what does not fit would take for ever
_TARGET = re.compile(r"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?{}|^\[\]]++|%(?!00)[0-9A-Fa-f]{2})*+")
_DOTS = re.compile(r"(?:/|%2f)(?:\.|%2e){1,2}(?:[/;]|%2f|%3b|$)", re.IGNORECASE)
_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9a-f]|7f|5c)", re.IGNORECASE)


def sender(operation: Operation, engine: Engine, *, connect_timeout: float = 5.0) -> Handler:
    """Sends each call once. Cancelling it cancels the vendor's call; what it raises is the engine's or InvalidRequest.

    The answer is read whole, up to the operation's limit, or handed on as a stream that whoever gets it closes.
    """
    base = operation.base_url.rstrip("/")
    limit, streamed = operation.response_limit, operation.stream

    async def send(call: Call) -> Reply:
        check_target(call.target)
        trail, attempt = call.trail, call.attempt
        if trail.trace is None:
            headers = to_vendor(call.headers)
            trail.note("attempt.sent", method=call.method, attempt=attempt)
        else:
            span, place = onward(trail.trace)
            headers = to_vendor(call.headers, _NOT_FROM_CALLER) + place
            trail.note("attempt.sent", method=call.method, attempt=attempt, span=span)
        outgoing = Outgoing(
            method=call.method,
            url=base + call.target,
            headers=headers,
            body=call.body,
            connect_timeout=connect_timeout,
        )
        try:
            incoming = await engine.open(outgoing)
            body = Streamed(incoming) if streamed else await incoming.read(limit)
        except BaseException as error:
            _note_failure(trail, attempt, error)
            raise
        trail.note("attempt.answered", status=incoming.status, attempt=attempt, reused=incoming.reused)
        return Reply(incoming.status, to_caller(incoming.headers), body)

    return send


def _note_failure(trail: Trail, attempt: int, error: BaseException) -> None:
    """`failure` is None where it is not the vendor's: the answer is too large, the caller left, time ran out."""
    known = error if isinstance(error, GatewayError) else None
    failure = None if known is None else known.failure
    slug = "cancelled" if known is None else known.slug
    trail.note("attempt.failed", failure=failure, slug=slug, attempt=attempt)


class Streamed:
    """A body that arrives while it is read; closing it ends the vendor's call."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self._chunks: AsyncGenerator[bytes, None] = incoming.chunks()

    def __aiter__(self) -> "Streamed":
        return self

    async def __anext__(self) -> bytes:
        return await anext(self._chunks)

    async def aclose(self) -> None:
        try:
            await self._chunks.aclose()
        finally:
            await self._incoming.close()


def check_target(target: str) -> None:
    """Nothing may lead out of the base path, also when it is decoded: `..`, `%2e%2e`, `\\`, NUL, controls.

    `%2f` inside a segment is data and stays as it is.
    """
    if len(target) > MOST_TARGET:
        raise UriTooLong(f"the vendor's address would be longer than {MOST_TARGET} characters")
    sound = _TARGET.fullmatch(target) is not None
    if sound and ("%" in target or "/." in target):
        path = target.partition("?")[0]
        sound = not _DOTS.search(path) and not _ENCODED_CONTROL.search(path)
    if not sound:
        raise InvalidRequest("the path or query has characters that do not cross")


def to_vendor(headers: Headers, without: frozenset[bytes] = _NOT_TO_VENDOR) -> Headers:
    """The fields that an engine may write: none that speaks of this hop, none that could end its own line."""
    kept = tuple([field for field in headers if field[0] not in without])
    check_fields(kept)
    return kept


def to_caller(headers: Headers) -> Headers:
    """The vendor's fields without those of its connection, and those that its Connection field names."""
    kept = tuple([field for field in headers if field[0] not in _NOT_TO_CALLER])
    named = [value for name, value in headers if name == b"connection"]
    if not named:
        return kept
    gone = {option.strip().lower() for option in b",".join(named).split(b",")}
    return tuple([field for field in kept if field[0] not in gone])
