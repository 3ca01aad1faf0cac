"""What the header fields of a cached answer and of the requests for it say: keys, conditions, Cache-Status."""

import hashlib
import re
from collections.abc import Callable, Iterable
from operator import itemgetter

import msgspec

from gateway import Call, Headers, Operation, Reply
from gateway_policies.cache_store import Entry, Key, Version
from gateway_policies.paging_all import wanted
from gateway_policies.request_mapping import SCENARIO

CONDITIONAL = frozenset(
    {b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since", b"if-range", b"range"}
)
"""One caller's conditions: what is fetched for everybody is fetched without them."""
SHAPING = frozenset({b"accept", b"accept-language", b"prefer"})
"""What crosses to every vendor and may change its answer: not fetched with, unless it is part of the key."""
VALIDATORS = frozenset({b"cache-control", b"content-location", b"etag", b"expires", b"last-modified", b"vary"})
"""What a 304 repeats of the 200 that it stands for (RFC 9110, 15.4.5)."""
READS = frozenset({"GET", "HEAD"})
"""What may be answered by 304 (RFC 9110, 13.1.2)."""
OWN = frozenset({b"age", b"cache-status"})
TAG_LENGTH = 32

_ENTITY_TAG = re.compile(rb'"[^"]*"')


class Asked(msgspec.Struct, frozen=True):
    """What a caller wants: key and owner of the answer, his If-None-Match, whether it has to be fetched."""

    key: Key
    owner: str
    conditions: bytes | None = None
    forced: bool = False


def keyed(operation: Operation, vary: Iterable[str]) -> frozenset[bytes]:
    """The header fields that are part of the key: those that `vary` names, and those that the endpoint declares."""
    declared = [parameter.name for parameter in operation.parameters if parameter.place == "header"]
    return frozenset(name.lower().encode() for name in (*vary, *declared)) - CONDITIONAL


def reader(
    operation: Operation, methods: Iterable[str], names: frozenset[bytes], edition: int
) -> Callable[[Call], Asked | None]:
    """Tells what is asked; None for what neither comes from the cache nor goes there."""
    place = (operation.integration, operation.id, edition)
    cacheable, user_bound = frozenset(methods), operation.user_bound
    watched = names | {b"if-none-match", b"cache-control", SCENARIO}
    paged = operation.paging is not None

    def read(call: Call) -> Asked | None:
        body = call.body
        if call.method not in cacheable or not isinstance(body, bytes):
            return None
        if paged and wanted(call):  # a stream, as long as it likes
            return None
        owner = owner_of(call) if user_bound else ""
        query = call.query if len(call.query) < 2 else tuple(sorted(call.query, key=_name))  # noqa: PLR2004
        content = (call.header(b"content-type"), body) if body else None
        fields = [field for field in call.headers if field[0] in watched]
        if not fields:
            return Asked((place, owner, tuple(call.path.items()), query, (), content), owner)
        directives = _directives(fields)
        if b"no-store" in directives or any(name == SCENARIO for name, _ in fields):
            return None
        known = [value for name, value in fields if name == b"if-none-match"] if call.method in READS else []
        conditions = b",".join(known) or None
        varying = tuple([field for field in fields if field[0] in names])
        key = (place, owner, tuple(call.path.items()), query, varying, content)
        return Asked(key, owner, conditions, b"no-cache" in directives)

    return read


_name = itemgetter(0)


def owner_of(call: Call) -> str:
    """Whose answer it is: the user's for whom the caller acts, else the caller's; their ids must not be mistaken."""
    return "user " + call.caller.user if call.caller.user else "caller " + call.caller.id


def _directives(fields: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    values = [value for name, value in fields if name == b"cache-control"]
    return {part.partition(b"=")[0].strip().lower() for value in values for part in value.split(b",")}


def without(call: Call, dropped: frozenset[bytes]) -> Call:
    """The call without these header fields."""
    kept = tuple([field for field in call.headers if field[0] not in dropped])
    return call if len(kept) == len(call.headers) else msgspec.structs.replace(call, headers=kept)


GONE = frozenset({404, 410})
"""What is not there any more is not to be had from the cache either, unless that itself is kept."""
FINAL = frozenset({None, "rejected"})
"""What a refusal means that another try does not change."""


def gone(reply: Reply) -> bool:
    """Whether the vendor says for good that there is no such thing; what may pass if it is tried again is not that."""
    verdict = reply.verdict
    final = verdict is None or (verdict.kind in FINAL and not verdict.retryable)
    return reply.status in GONE and final


def entry_of(
    asked: Asked, reply: Reply, *, since: float, ttl: float, stamp: int, versions: tuple[Version, ...], largest: int
) -> Entry | None:
    """An answer as it is kept for `ttl` seconds, with the vendor's entity tag or one of our own.

    None for one that may not be given to others: not whole, too large, with one caller's cookie, or a failure other
    than that there is no such thing.
    """
    if not ttl or not ((reply.status == 200 and reply.verdict is None) or gone(reply)):  # noqa: PLR2004
        return None
    if not isinstance(reply.body, bytes) or len(reply.body) > largest or reply.header(b"set-cookie") is not None:
        return None
    headers = tuple(field for field in reply.headers if field[0] not in OWN)
    tag = reply.header(b"etag")
    if tag is None:
        tag = _tag_of(reply.body, reply.header(b"content-type") or b"")
        headers = (*headers, (b"etag", tag))
    return Entry(
        key=asked.key,
        owner=asked.owner,
        headers=headers,
        validators=tuple(field for field in headers if field[0] in VALIDATORS),
        tag=tag.removeprefix(b"W/"),
        body=reply.body,
        since=since,
        expires=since + ttl,
        stamp=stamp,
        versions=versions,
        status=reply.status,
        verdict=reply.verdict,
    )


def _tag_of(body: bytes, content_type: bytes) -> bytes:
    digest = hashlib.sha256(content_type + b"\0")
    digest.update(body)
    return b'"%b"' % digest.hexdigest()[:TAG_LENGTH].encode()


def answer(entry: Entry, conditions: bytes | None, fields: Headers) -> Reply:
    """The entry as it is, or a 304 for a caller who has it already (weak comparison: RFC 9110, 13.1.2)."""
    if entry.status != 200:  # noqa: PLR2004
        return Reply(entry.status, entry.headers, entry.body, entry.verdict)
    if conditions is None or not (conditions.strip() == b"*" or entry.tag in _ENTITY_TAG.findall(conditions)):
        return Reply(200, entry.headers + fields, entry.body)
    return Reply(304, entry.validators + fields)


def marked(reply: Reply, status: tuple[bytes, bytes]) -> Reply:
    """The reply with Cache-Status; errors go without."""
    if reply.verdict is not None or reply.status >= 400:  # noqa: PLR2004
        return reply
    return msgspec.structs.replace(reply, headers=(*reply.headers, status))
