"""A vendor that counts what it has done, processes that share what they know, and writes with a key."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from gateway import Call, Caller, Handler, Kit, NotShared, Pace, Reply, Shared, Taken
from gateway.errors import GatewayError, UpstreamFailure
from gateway.shared import Heard
from gateway.sharing import Memory
from gateway_policies import idempotency
from gateway_policies.idempotency import Idempotency
from tests.kit import call, clock, kit, pipeline, site

JSON = (b"content-type", b"application/json")
SEALED = b"a secret of all of them"


class Vendor:
    """Acts and answers after a second; `outcomes` are given in turn, the last one for ever. Notes what `send` does."""

    def __init__(self, *outcomes: Reply | GatewayError, seconds: float = 1.0) -> None:
        self.outcomes = outcomes
        self.seconds = seconds
        self.calls: list[Call] = []
        self.asked = 0

    @property
    def effects(self) -> int:
        return len(self.calls)

    async def __call__(self, call: Call) -> Reply:
        outcome = self._next()
        if isinstance(outcome, GatewayError) and not isinstance(outcome, UpstreamFailure):
            raise outcome
        self.calls.append(call)
        call.trail.note("attempt.sent", method=call.method, attempt=call.attempt)
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            call.trail.note("attempt.failed", slug="cancelled", failure=None, attempt=call.attempt)
            raise
        if isinstance(outcome, GatewayError):
            call.trail.note("attempt.failed", slug=outcome.slug, failure=outcome.failure, attempt=call.attempt)
            raise outcome
        call.trail.note("attempt.answered", status=outcome.status, attempt=call.attempt)
        return outcome

    def _next(self) -> Reply | GatewayError:
        self.asked += 1
        if not self.outcomes:
            return Reply(201, (JSON,), b'{"number": %d}' % self.asked)
        return self.outcomes[min(self.asked, len(self.outcomes)) - 1]


class Losing:
    """Shared state that can be lost: everything is refused while `down`, and what is too large always."""

    alone = False

    def __init__(self, most: int = 10_000_000) -> None:
        self.down = False
        self.asked = 0
        self.most = most
        self.memory = Memory(clock, alone=False)

    def wipe(self) -> None:
        self.memory = Memory(clock, alone=False)

    async def get(self, name: str) -> bytes | None:
        return await self._reached().get(name)

    async def put(self, name: str, value: bytes, seconds: float, *, absent: bool = False) -> bool:
        return await self._reached(len(value)).put(name, value, seconds, absent=absent)

    async def drop(self, name: str) -> None:
        await self._reached().drop(name)

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        return await self._reached().claim(name, owner, seconds, places)

    async def release(self, name: str, owner: str) -> None:
        await self._reached().release(name, owner)

    async def take(self, name: str, pace: Pace, most: int = 1, least: int | None = None) -> Taken:
        return await self._reached().take(name, pace, most, least)

    async def give_back(self, name: str, pace: Pace, amount: int) -> None:
        await self._reached().give_back(name, pace, amount)

    async def add(self, name: str, amount: int, seconds: float) -> int:
        return await self._reached().add(name, amount, seconds)

    def tell(self, channel: str, message: bytes) -> None:
        self.memory.tell(channel, message)

    def listen(self, channel: str, heard: Heard) -> Callable[[], None]:
        return self.memory.listen(channel, heard)

    def _reached(self, size: int = 0) -> Memory:
        self.asked += 1
        if self.down or size > self.most:
            raise NotShared
        return self.memory


def endpoint(
    vendor: Handler, using: Kit | None = None, fields: dict[str, Any] | None = None, **settings: Any
) -> Handler:
    """POST /contacts, in one process; `fields` are its operation's, the rest its settings."""
    declared = {"method": "POST", **(fields or {})}
    return pipeline(idempotency.policy, Idempotency(**settings), vendor, at=site(**declared), using=using)


def processes(number: int, shared: Shared | None = None) -> list[Kit]:
    """Several that share what they know."""
    common = shared or Memory(clock, alone=False)
    return [msgspec.structs.replace(kit(shared=common), secret=SEALED) for _ in range(number)]


def write(key: str | None = "k-1", body: bytes = b"{}", caller: str = "ann", **fields: Any) -> Call:
    headers = () if key is None else ((b"idempotency-key", key.encode()),)
    return call(**{"method": "POST", "headers": headers, "body": body, "caller": Caller(caller), **fields})


async def outcome(handler: Handler, asked: Call) -> str:
    """What the caller gets, in a word: a status with `again` where it is a replay, or the slug of a problem."""
    try:
        reply = await handler(asked)
    except GatewayError as error:
        return error.slug
    fields = reply.verdict.headers if reply.verdict is not None else reply.headers
    return f"{reply.status} again" if (b"idempotency-replayed", b"true") in fields else str(reply.status)


async def outcomes(handler: Handler, *asked: Call) -> list[str]:
    """One after the other."""
    return [await outcome(handler, one) for one in asked]
