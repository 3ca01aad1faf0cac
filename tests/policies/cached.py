"""A vendor for tests of the cache, and what a reply says of where it came from."""

import asyncio
from typing import Any

from gateway import Call, Duration, Handler, Kit, Reply
from gateway.errors import UpstreamReset
from gateway_policies import cache
from gateway_policies.cache import Cache
from tests.kit import call, kit, pipeline, site

JSON = (b"content-type", b"application/json")


class Vendor:
    """Takes a second and counts: the first answer is `answer 1`. `down` makes it fail, `reply` answer otherwise."""

    def __init__(self, *, seconds: float = 1.0, fields: Any = (JSON,)) -> None:
        self.calls: list[Call] = []
        self.cancelled = 0
        self.seconds = seconds
        self.fields = fields
        self.down: BaseException | None = None
        self.reply: Reply | None = None

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        number = len(self.calls)
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.down is not None:
            raise self.down
        return self.reply or Reply(200, self.fields, b"answer %d" % number)


class World:
    """One process: a store, and the endpoints that share it."""

    def __init__(self, using: Kit | None = None) -> None:
        self.kit = using or kit()

    def endpoint(self, vendor: Handler, fields: dict[str, Any] | None = None, **settings: Any) -> Handler:
        """A cached endpoint; `fields` are its operation's, the rest its settings, with a ttl of a minute."""
        chosen = Cache(**{"ttl": Duration(60), **settings})
        return pipeline(cache.policy, chosen, vendor, at=site(**(fields or {})), using=self.kit)

    def write(self, vendor: Handler, *tags: str, **fields: Any) -> Handler:
        """An endpoint that writes and is not cached."""
        declared = {"name": "add_contact", "method": "POST", "invalidates": tags, **fields}
        return pipeline(cache.policy, None, vendor, at=site(**declared), using=self.kit)


def cached(vendor: Handler, **settings: Any) -> Handler:
    """A cached endpoint alone in its world."""
    return World().endpoint(vendor, **settings)


async def kept(handler: Handler, since: float = 65) -> None:
    """Has an answer kept, and lets so many seconds go by."""
    await handler(call())
    await asyncio.sleep(since)


def down() -> UpstreamReset:
    return UpstreamReset("the vendor hung up")


def asking(**headers: str) -> Call:
    """A call with these header fields."""
    return call(headers=tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()))


def told(reply: Reply) -> tuple[bytes, bytes | None]:
    """The body, and Cache-Status without the name of the cache."""
    assert isinstance(reply.body, bytes)
    status = reply.header(b"cache-status")
    return reply.body, None if status is None else status.removeprefix(b"gateway; ")


def notes(asked: Call) -> list[str]:
    return [event.name for event in asked.trail.events]
