"""What a request asks of what is kept, and the kept answer as this caller gets it (RFC 9111, 4 and 5.2.1)."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from gateway import Call, Headers, Operation, Reply
from gateway_policies.cache_control import Directives, date, directives, joined, seconds
from gateway_policies.cache_fields import CONDITIONAL, SHAPING, VALIDATORS, keyed, owner_of
from gateway_policies.cache_rfc_rules import Stored
from gateway_policies.cache_rfc_store import Key
from gateway_policies.request_mapping import SCENARIO

ELSEWHERE = frozenset({b"if-match", b"if-range", b"if-unmodified-since", b"range", SCENARIO})
"""Who sends one of these is answered by the vendor: the cache neither takes part in that nor learns from it."""
WISHES = frozenset({b"cache-control", b"pragma"})
TRACE = b"traceparent"

Use = Literal["hit", "stale", "refresh", "ask"]

_ENTITY_TAG = re.compile(rb'"[^"]*"')


class Wish(msgspec.Struct, frozen=True):
    """What a caller's Cache-Control says, in seconds."""

    no_store: bool = False
    no_cache: bool = False
    only_if_cached: bool = False
    max_age: float = math.inf
    min_fresh: float = 0.0
    max_stale: float = 0.0

    @classmethod
    def of(cls, said: Directives) -> "Wish":
        return cls(
            no_store=b"no-store" in said,
            no_cache=b"no-cache" in said,
            only_if_cached=b"only-if-cached" in said,
            max_age=_told(said, b"max-age", math.inf, 0.0),
            min_fresh=_told(said, b"min-fresh", 0.0, math.inf),
            max_stale=_told(said, b"max-stale", 0.0, math.inf if said.get(b"max-stale", b"") is None else 0.0),
        )


NO_WISH = Wish()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request: key, owner and address of its answer, the fields that the vendor is sent, what the caller wishes."""

    call: Call
    key: Key
    owner: str
    uri: str
    sent: Headers
    wish: Wish
    conditions: Headers

    def fetch(self) -> Call:
        """What the vendor is asked for everybody who may get the answer."""
        return msgspec.structs.replace(self.call, headers=self.sent)

    def alike(self) -> Headers:
        """What two requests have in common that are one fetch."""
        return tuple([field for field in self.sent if field[0] != TRACE])


def reader(operation: Operation, vary: tuple[str, ...]) -> Callable[[Call], Asked | None]:
    """Tells what is asked; None for what neither comes from the cache nor goes there."""
    base, user_bound = operation.base_url, operation.user_bound
    names = _names(operation, vary)
    dropped = CONDITIONAL | WISHES | (SHAPING - names)

    def read(call: Call) -> Asked | None:
        headers = call.headers
        given = frozenset([name for name, _ in headers])
        if call.body or not given.isdisjoint(ELSEWHERE):
            return None
        wish = NO_WISH if given.isdisjoint(WISHES) else Wish.of(directives(headers))
        if wish.no_store:
            return None
        owner = owner_of(call) if user_bound else ""
        uri = base + call.target
        sent = tuple([field for field in headers if field[0] not in dropped])
        return Asked(
            call=call,
            key=(uri, owner, tuple([field for field in sent if field[0] in names])),
            owner=owner,
            uri=uri,
            sent=sent,
            wish=wish,
            conditions=() if given.isdisjoint(CONDITIONAL) else tuple([f for f in headers if f[0] in CONDITIONAL]),
        )

    return read


def _names(operation: Operation, vary: tuple[str, ...]) -> frozenset[bytes]:
    """Header fields that are part of every key, whatever Vary says: vendors forget to name what tells tenants apart."""
    vendor: Mapping[bytes, bytes] = {
        parameter.name.lower().encode(): parameter.vendor.lower().encode()
        for parameter in operation.parameters
        if parameter.place == "header"
    }
    fixed = {name.lower().encode() for name in operation.send.headers}
    return frozenset(vendor.get(name, name) for name in keyed(operation, vary)) | fixed


def _told(said: Directives, name: bytes, unsaid: float, unreadable: float) -> float:
    if name not in said:
        return unsaid
    found = seconds(said[name])
    return unreadable if found is None else found


def use(found: Stored, wish: Wish, now: float) -> Use:
    """Whether a stored answer may be given out: fresh, stale as the caller or the vendor allows, or not unasked."""
    if found.checked or wish.no_cache or now - found.born > wish.max_age:
        return "ask"
    left = found.left(now)
    if left > 0 and left >= wish.min_fresh:
        return "hit"
    if found.strict or wish.min_fresh:
        return "ask"
    if -left < wish.max_stale:
        return "stale"
    return "refresh" if -left < found.revalidate else "ask"


def answer(reply: Reply, conditions: Headers, fields: Headers) -> Reply:
    """The reply with these fields, or a 304 for a caller who has it already."""
    if conditions and reply.status == 200 and _has(reply.headers, conditions):  # noqa: PLR2004
        return Reply(304, (*[field for field in reply.headers if field[0] in VALIDATORS], *fields))
    return Reply(reply.status, reply.headers + fields, reply.body, reply.verdict)


def _has(headers: Headers, conditions: Headers) -> bool:
    """If-None-Match by weak comparison; where there is none, If-Modified-Since (RFC 9110, 13.2.2; 9111, 4.3.2)."""
    wanted = joined(conditions, b"if-none-match")
    if wanted is not None:
        tag = joined(headers, b"etag")
        return wanted.strip() == b"*" or (tag is not None and tag.removeprefix(b"W/") in _ENTITY_TAG.findall(wanted))
    since = date(joined(conditions, b"if-modified-since"))
    changed = date(joined(headers, b"last-modified") or joined(headers, b"date"))
    return since is not None and changed is not None and changed <= since
