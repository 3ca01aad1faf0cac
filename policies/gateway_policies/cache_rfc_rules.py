"""What an HTTP cache may keep, for how long, and to which requests it may give it (RFC 9111, 5861): nothing but sums.

Two things are the gateway's own: an answer with Set-Cookie is kept for nobody, and neither is one that is an error of
the vendor's (5xx, 429, a refused credential), since a breaker and a retry know better what to do with that.
"""

import math

import msgspec

from gateway import Call, Headers, Reply, Verdict
from gateway_policies.cache_control import (
    MOST_SECONDS,
    Directives,
    date,
    directives,
    joined,
    listed,
    names,
    seconds,
    without,
)

UNDERSTOOD = frozenset({200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 451})
"""Statuses whose rules this cache knows, which `must-understand` asks for."""
SUCCESSES, MISSING = frozenset({200, 203, 204}), frozenset({404, 410})
"""Where a vendor says nothing of time: for these `ttl` holds, and for those `negative`."""
NEVER = frozenset({206, 304, 429})
"""No answer of its own, or (RFC 6585) never to be kept."""
UNKEPT_KINDS = frozenset({"auth_failed", "rate_limited", "transient"})
NOT_FRESHENED = frozenset({b"content-encoding", b"content-length", b"content-md5", b"content-range", b"etag"})
"""What a 304 may not change: it says what the stored body is (RFC 9111, 3.2)."""
OWN = frozenset({b"age", b"cache-status"})
LAST_OF_CLIENT_ERRORS = 499
ABSENT = b"\0"


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator says where the vendor says nothing, in seconds; `shared` unless kept per connection."""

    ttl: float
    negative: float
    revalidate: float
    if_error: float
    shared: bool


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """When an answer came: sent and received by Kit.clock, received by the wall clock."""

    sent: float
    received: float
    now: float


class Stored(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """An answer as it is kept. `born` is the reading of Kit.clock at which its age was 0, `lifetime` in seconds.

    `varying` are the request fields that Vary names, with what they were. `revalidate` and `if_error` are how long
    after its lifetime it may be given out while a new one is fetched, or where none can be had; `strict`: never.
    `checked` tells that the vendor has to be asked each time.
    """

    status: int
    headers: Headers
    body: bytes
    verdict: Verdict | None
    varying: Headers
    owner: str
    stamp: int
    born: float
    lifetime: float
    revalidate: float
    if_error: float
    strict: bool
    checked: bool

    def left(self, now: float) -> float:
        """Seconds that it stays fresh; negative ones when it is stale."""
        return self.born + self.lifetime - now

    def reply(self) -> Reply:
        return Reply(self.status, self.headers, self.body, self.verdict)


class Got(msgspec.Struct, frozen=True):
    """What a fetch brought: a reply, as it is kept where it may be, and whether the vendor only confirmed it."""

    reply: Reply
    kept: Stored | None = None
    confirmed: bool = False


def stored(call: Call, reply: Reply, times: Times, terms: Terms, *, owner: str, stamp: int) -> Stored | None:
    """The answer to `call`, which is what the vendor was sent; None for what may not be kept."""
    said = directives(reply.headers)
    varying = variant(call.headers, reply.headers)
    if varying is None or not isinstance(reply.body, bytes) or not storable(call, reply, said, terms):
        return None
    strict = b"must-revalidate" in said or (
        terms.shared and not said.keys().isdisjoint({b"proxy-revalidate", b"s-maxage"})
    )
    return Stored(
        status=reply.status,
        headers=without(reply.headers, OWN | frozenset(listed(said, b"no-cache", b"private"))),
        body=reply.body,
        verdict=reply.verdict,
        varying=varying,
        owner=owner,
        stamp=stamp,
        born=times.received - initial_age(reply, times),
        lifetime=lifetime(reply, said, times, terms),
        revalidate=_window(said, b"stale-while-revalidate", terms.revalidate),
        if_error=_window(said, b"stale-if-error", terms.if_error),
        strict=strict,
        checked=b"no-cache" in said and said[b"no-cache"] is None,
    )


def storable(call: Call, reply: Reply, said: Directives, terms: Terms) -> bool:
    """RFC 9111, 3, for a GET."""
    if call.method != "GET" or not _status_may(reply, said) or reply.header(b"set-cookie") is not None:
        return False
    if terms.shared and b"private" in said and said[b"private"] is None:
        return False
    if terms.shared and call.header(b"authorization") is not None and not _opened(said):
        return False
    return assumed(reply.status, terms) > 0 or _timed(reply, said, terms)


def _status_may(reply: Reply, said: Directives) -> bool:
    if reply.status in NEVER or not 200 <= reply.status <= LAST_OF_CLIENT_ERRORS:  # noqa: PLR2004
        return False
    if reply.verdict is not None and reply.verdict.kind in UNKEPT_KINDS:
        return False
    if b"must-understand" in said:  # then `no-store` is for caches that do not know the word
        return reply.status in UNDERSTOOD
    return b"no-store" not in said


def _opened(said: Directives) -> bool:
    """What lets a shared cache keep the answer to a request with Authorization (RFC 9111, 3.5)."""
    return not said.keys().isdisjoint({b"public", b"must-revalidate", b"s-maxage"})


def _timed(reply: Reply, said: Directives, terms: Terms) -> bool:
    known = {b"max-age", b"public", b"s-maxage"} if terms.shared else {b"max-age", b"private", b"public"}
    return not said.keys().isdisjoint(known) or reply.header(b"expires") is not None


def lifetime(reply: Reply, said: Directives, times: Times, terms: Terms) -> float:
    """RFC 9111, 4.2.1. A time that cannot be read is none: such an answer is stale at once."""
    for name in (b"s-maxage", b"max-age") if terms.shared else (b"max-age",):
        if name in said:
            return seconds(said[name]) or 0
    expires = joined(reply.headers, b"expires")
    if expires is None:
        return terms.ttl if b"public" in said else assumed(reply.status, terms)
    until, since = date(expires), date(reply.header(b"date"))
    return 0 if until is None else max(0.0, until - (times.now if since is None else since))


def assumed(status: int, terms: Terms) -> float:
    """How long an answer is fresh of which the vendor says nothing."""
    return terms.ttl if status in SUCCESSES else terms.negative if status in MISSING else 0.0


def initial_age(reply: Reply, times: Times) -> float:
    """How old an answer was when it came (RFC 9111, 4.2.3); one whose Age cannot be read is older than any."""
    told = joined(reply.headers, b"age")
    age = 0 if told is None else seconds(told)
    if age is None:
        return MOST_SECONDS
    since = date(reply.header(b"date"))
    apparent = 0.0 if since is None else math.floor(times.now) - since
    return max(0.0, apparent, age + (times.received - times.sent))


def _window(said: Directives, name: bytes, otherwise: float) -> float:
    return otherwise if name not in said else seconds(said[name]) or 0


def variant(asked: Headers, answered: Headers) -> Headers | None:
    """The request fields that Vary names, as they were sent; None where Vary says that no two requests are alike."""
    vary = joined(answered, b"vary")
    if vary is None:
        return ()
    named = names(vary)
    if b"*" in named:
        return None
    return tuple((name, normal(asked, name)) for name in sorted(named))


def normal(headers: Headers, name: bytes) -> bytes:
    """A request field for comparison, without the spaces that mean nothing; a missing one is not an empty one."""
    value = joined(headers, name)
    return ABSENT if value is None else b",".join(part.strip() for part in value.split(b","))


def fits(found: Stored, asked: Headers) -> bool:
    """Whether the answer was given to a request that is alike in what Vary names (RFC 9111, 4.1)."""
    return all(normal(asked, name) == value for name, value in found.varying)


def freshened(old: Stored, reply: Reply, call: Call, times: Times, terms: Terms) -> Stored | None:
    """The stored answer after a 304 for it: the vendor's new fields in the place of the old (RFC 9111, 4.3.4)."""
    new = without(reply.headers, NOT_FRESHENED)
    headers = (*without(old.headers, {b"date", *(name for name, _ in new)}), *new)
    whole = Reply(old.status, headers, old.body, old.verdict)
    return stored(call, whole, times, terms, owner=old.owner, stamp=old.stamp)
