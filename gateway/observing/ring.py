"""The last requests of a process, for those who want to know what became of one: what was decided, never what was sent.

Each is kept as bytes, which the garbage collector need not look at. Failures have a ring of their own, so that the one
that somebody asks about is not driven out by a thousand successes.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from gateway.contract import Event, Finished, Kit, Observer

RECENT = 1_000
FAILED = 1_000
LISTED = 200
"""So many at most are told in a list, by each process."""
REQUESTS = "requests"
REQUEST = "request"
_FIRST_ERROR = 400
_ENCODER = msgspec.msgpack.Encoder(enc_hook=str)


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A request as it is remembered: `at` is when it came, in seconds since 1970. The times of its `events` are of a
    clock that told `began` then.
    """

    correlation_id: str
    at: float
    method: str
    integration: str
    endpoint: str
    route: str
    status: int
    slug: str
    caller: str
    attempts: int
    seconds: float
    upstream: float
    trace_id: str
    began: float
    events: tuple[Event, ...] = ()


Name = Annotated[str, msgspec.Meta(max_length=256)]


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which requests of the list are wanted."""

    endpoint: Name = ""
    caller: Name = ""
    slug: Name = ""
    failed: bool = False
    most: int = 50


class Ring:
    """Tells the requests of this process to whoever asks all workers."""

    def __init__(self, kit: Kit) -> None:
        self._clock, self._now = kit.clock, kit.now
        self._recent: deque[tuple[str, bytes]] = deque(maxlen=RECENT)
        self._failed: deque[tuple[str, bytes]] = deque(maxlen=FAILED)
        kit.workers.offer(REQUESTS, self._list)
        kit.workers.offer(REQUEST, self._find)

    def __call__(self, batch: Sequence[Finished]) -> None:
        offset = self._now() - self._clock()
        for one in batch:
            ring = self._recent if one.status < _FIRST_ERROR else self._failed
            ring.append((one.correlation_id, _ENCODER.encode(_kept(one, offset))))

    def _list(self, about: str) -> bytes:
        asked = msgspec.json.decode(about, type=Asked)
        rings: Iterable[deque[tuple[str, bytes]]] = (self._failed,) if asked.failed else (self._recent, self._failed)
        kept = (_decoded(said) for ring in rings for _, said in ring)
        found = sorted((one for one in kept if _is_meant(one, asked)), key=lambda one: one.at, reverse=True)
        return msgspec.msgpack.encode(found[: min(asked.most, LISTED)])

    def _find(self, correlation_id: str) -> bytes:
        kept = [said for ring in (self._recent, self._failed) for known, said in ring if known == correlation_id]
        return msgspec.msgpack.encode([msgspec.Raw(said) for said in kept])


def _kept(one: Finished, offset: float) -> tuple[Any, ...]:
    operation, trace = one.operation, one.trace
    integration, name, route = (
        ("", "", "") if operation is None else (operation.integration, operation.name, operation.route)
    )
    return (
        one.correlation_id, one.began + offset, one.method, integration, name, route, one.status, one.slug, one.caller,
        one.attempts, one.ended - one.began, one.upstream, "" if trace is None else trace.written, one.began,
        one.events,
    )  # fmt: skip


def _decoded(said: bytes) -> Kept:
    return msgspec.msgpack.decode(said, type=Kept)


def _is_meant(one: Kept, asked: Asked) -> bool:
    endpoints = {"", one.integration, f"{one.integration}.{one.endpoint}"}
    return asked.endpoint in endpoints and asked.caller in {"", one.caller} and asked.slug in {"", one.slug}


RING = Observer(name="requests", build=Ring)
