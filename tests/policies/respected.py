"""A vendor that says how long its answers hold, and endpoints that go by it."""

from typing import Any

from gateway import Call, Caller, Duration, Handler, Headers, Kit, Reply
from gateway_policies import cache
from gateway_policies.cache import Cache
from tests.kit import call, kit, pipeline, site


class Origin:
    """Answers at once, `answer 1` first; with these fields, and 304 to whoever has the entity tag already."""

    def __init__(self, **fields: str) -> None:
        self.fields = named(fields)
        self.calls: list[Call] = []
        self.reply: Reply | None = None
        self.down: BaseException | None = None

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        if self.down is not None:
            raise self.down
        if self.reply is not None:
            return self.reply
        tag = dict(self.fields).get(b"etag")
        if tag is not None and call.header(b"if-none-match") == tag:
            return Reply(304, self.fields)
        return Reply(200, self.fields, b"answer %d" % len(self.calls))


class Process:
    """One process of the gateway, or the only one."""

    def __init__(self, using: Kit | None = None) -> None:
        self.kit = using or kit()

    def endpoint(self, vendor: Handler, fields: dict[str, Any] | None = None, **settings: Any) -> Handler:
        """Keeps answers as the vendor says; where he says nothing, for a minute."""
        chosen = Cache(**{"ttl": Duration(60), "respect_upstream": True, **settings})
        at = site(**{"http_cache": "keeps", **(fields or {})})
        return pipeline(cache.policy, chosen, vendor, at=at, using=self.kit)

    def write(self, vendor: Handler, **fields: Any) -> Handler:
        at = site(**{"name": "write", "method": "POST", "http_cache": "writes", **fields})
        return pipeline(cache.policy, None, vendor, at=at, using=self.kit)


def respecting(vendor: Handler, **settings: Any) -> Handler:
    """An endpoint alone in its process."""
    return Process().endpoint(vendor, **settings)


def asks(target: str = "/contacts", *, user: str = "", **headers: str) -> Call:
    """A call with this target and these header fields."""
    caller = Caller("ann", user=user or None)
    return call(target=target, caller=caller, headers=named(headers))


def named(fields: dict[str, str]) -> Headers:
    return tuple((name.replace("_", "-").encode(), value.encode()) for name, value in fields.items())


def said(reply: Reply) -> tuple[bytes, str]:
    """The body, and what Cache-Status says after the name of the cache."""
    status = reply.header(b"cache-status")
    assert isinstance(reply.body, bytes)
    assert status is not None
    return reply.body, status.decode().removeprefix("gateway; ")
