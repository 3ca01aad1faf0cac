"""Signs of abuse: addresses that try paths or keys, callers who go on while they are refused; and who asks most.

Whatever attackers do, it takes the same memory: only those who do most are told apart. An IPv6 network is one address,
since whoever has one has all of it.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Literal

import msgspec

from gateway.addresses import network_of
from gateway.auditing import noted
from gateway.contract import Finished, Kit, Observer
from gateway.observing.catalogue import ABUSE_SIGNALS, AUTH_FAILURES, counter
from gateway.observing.heaviest import Heaviest

logger = logging.getLogger("gateway")

WINDOW = 60.0
"""Seconds in which they are counted."""
Kind = Literal["scan", "key-guessing", "hammering"]
ENOUGH: dict[Kind, int] = {"scan": 20, "key-guessing": 10, "hammering": 30}
"""So many in a window, at one worker, are a sign: paths that are not there, keys that are none, refusals."""
TOLD_EVERY = 3600.0
"""Seconds between two lines in the log and the audit trail on the same offender."""
MOST = 200
"""Callers and offenders that are told apart."""
WHAT = "callers"
_FIRST_ERROR = 400
_REFUSALS = frozenset({401, 403, 429})
_WHO = attrgetter("caller", "address")
_LIMITS = frozenset({"quota-exceeded", "budget-exhausted"})


class Asker(msgspec.Struct):
    """A caller, or an address where nobody knows who it is."""

    caller: str
    address: str
    requests: int = 0
    errors: int = 0
    refused: int = 0
    signals: int = 0
    last: float = 0.0


class Abuse:
    """The observer."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._failures = counter(kit.metrics, AUTH_FAILURES)
        self._signals = counter(kit.metrics, ABUSE_SIGNALS)
        for kind in ENOUGH:
            self._signals.labels(kind)
        self._heaviest: Heaviest[tuple[str, str]] = Heaviest(MOST)
        self._askers: dict[tuple[str, str], Asker] = {}
        self._begun = 0.0
        self._offences: dict[Kind, Heaviest[str]] = {}
        self._told_at: OrderedDict[tuple[Kind, str], float] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        kit.workers.offer(WHAT, self._told)

    def __call__(self, batch: Sequence[Finished]) -> None:
        offset = self._kit.now() - self._kit.clock()
        for (caller, address), group in groupby(batch, _WHO):
            together = tuple(group)
            asker = self._asker((caller, "") if caller else ("", address), len(together))
            asker.requests += len(together)
            asker.last = together[-1].ended + offset
            for one in together:
                if one.status >= _FIRST_ERROR:
                    asker.errors += 1
                    self._look(one, asker)

    def _asker(self, key: tuple[str, str], requests: int) -> Asker:
        gone = self._heaviest.add(key, requests)
        if gone is not None:
            del self._askers[gone]
        asker = self._askers.get(key)
        if asker is None:
            asker = self._askers[key] = Asker(*key)
        return asker

    def _look(self, one: Finished, asker: Asker) -> None:
        if one.status in _REFUSALS:
            asker.refused += 1
        if one.slug in {"unauthenticated", "scope-missing"}:
            reason = next((str(event.detail["reason"]) for event in one.events if event.name == "caller.refused"), "")
            self._failures.labels(reason or one.slug).inc()
            if reason == "wrong-key":
                self._count("key-guessing", network_of(one.address), asker)
        elif one.operation is None and one.slug == "no-such-endpoint":
            self._count("scan", network_of(one.address), asker)
        elif one.slug in _LIMITS:
            self._count("hammering", one.caller or network_of(one.address), asker)

    def _count(self, kind: Kind, who: str, asker: Asker) -> None:
        now = self._kit.clock()
        if now - self._begun >= WINDOW:
            self._begun, self._offences = now, {}
        offences = self._offences.setdefault(kind, Heaviest(MOST))
        offences.add(who)
        if offences.surely(who) == ENOUGH[kind]:
            asker.signals += 1
            self._signals.labels(kind).inc()
            self._tell(kind, who, now)

    def _tell(self, kind: Kind, who: str, now: float) -> None:
        """Once an hour for each of them; of very many, those who come first."""
        told = self._told_at
        while told and next(iter(told.values())) <= now - TOLD_EVERY:
            told.popitem(last=False)
        if (kind, who) in told or len(told) >= MOST:
            return
        told[kind, who] = now
        logger.warning("signs of abuse by %r: %s", who, kind)
        work = noted(self._kit.stored.audit, "abuse.noticed", who, who="gateway", kind=kind)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _told(self, about: str) -> bytes:
        return msgspec.msgpack.encode(list(self._askers.values()))


ABUSE = Observer(name="abuse", build=Abuse)
