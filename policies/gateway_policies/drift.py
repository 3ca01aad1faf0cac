"""Contract drift: vendors change their answers without a word, and whoever reads them should hear of it first here.

Wherever an endpoint declares the schema of its answers, some of them are held to it: those that the vendor has given
just now, one a second of each endpoint, and no more than a few of all. It happens after the caller has his answer.
"""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from gateway import Call, Kit, Operation, Reply
from gateway_policies.drift_shape import Contract, Difference, Kind

logger = logging.getLogger("gateway")

EVERY = 1.0
"""Seconds between two answers of one endpoint that are looked at."""
AT_ONCE = 20
"""Answers of all endpoints that a process looks at in a second."""
LARGEST = 256 * 1024
"""Bytes of an answer that is looked at."""
MOST = 50
"""Differences that are remembered of one endpoint."""
MOST_IN_ALL = 1_000
WHAT = "drift"
METRIC = (
    "gateway_contract_drift_total",
    "Answers that differ from the declared schema",
    ("integration", "endpoint", "kind"),
)
OTHERS = "(others)"

Watch = Callable[[Call, Reply], None]


class Seen(msgspec.Struct):
    """A difference that answers of an endpoint had; times are seconds since 1970."""

    endpoint: str
    kind: Kind
    path: str
    declared: str
    found: str
    answers: int
    first: float
    last: float


class Drift:
    """What this process has seen."""

    def __init__(self, kit: Kit) -> None:
        self._clock, self._now = kit.clock, kit.now
        self._counter = kit.metrics.counter(*METRIC)
        self._seen: dict[str, dict[Difference, Seen]] = {}
        self._contracts: dict[str, object] = {}
        self._second, self._looks = 0.0, 0
        kit.workers.offer(WHAT, self._told)

    def declared(self, endpoint: str, contract: object) -> None:
        """What differed from another contract is of no interest any more."""
        if self._contracts.get(endpoint) != contract:
            self._contracts[endpoint] = contract
            self._seen.pop(endpoint, None)

    def may_look(self) -> bool:
        now = self._clock()
        if now - self._second >= 1:
            self._second, self._looks = now, 0
        self._looks += 1
        return self._looks <= AT_ONCE

    def note(self, operation: Operation, differences: "list[Difference]") -> None:
        """Of one answer."""
        for kind in {difference.kind for difference in differences}:
            self._counter.labels(operation.integration, operation.name, kind).inc()
        for difference in differences:
            self._remember(operation.id, difference)

    def _remember(self, endpoint: str, difference: Difference) -> None:
        known = self._seen.setdefault(endpoint, {})
        if difference not in known and (len(known) >= MOST or sum(map(len, self._seen.values())) >= MOST_IN_ALL):
            difference = Difference(difference.kind, OTHERS)
        seen, now = known.get(difference), self._now()
        if seen is not None:
            seen.answers, seen.last = seen.answers + 1, now
            return
        kind, path, declared, found = msgspec.structs.astuple(difference)
        known[difference] = Seen(endpoint, kind, path, declared, found, 1, now, now)
        if kind != "added":
            logger.warning("answers of %s differ from its schema: `%s` is %s", endpoint, path, kind)

    def _told(self, about: str) -> bytes:
        return msgspec.msgpack.encode([seen for known in self._seen.values() for seen in known.values()])


def watcher(operation: Operation, kit: Kit) -> Watch | None:
    """None where there is nothing to hold an answer to."""
    schemas = {answer.status: answer.schema for answer in operation.answers if answer.schema is not None}
    if not schemas or operation.stream:
        return None
    drift = kit.keep((WHAT,), lambda: Drift(kit))
    drift.declared(operation.id, schemas)
    contracts = {status: Contract(schema) for status, schema in schemas.items()}
    clock, due = kit.clock, 0.0

    def watch(call: Call, reply: Reply) -> None:
        nonlocal due
        now = clock()
        if now < due or reply.verdict is not None or not isinstance(reply.body, bytes):
            return
        contract = contracts.get(reply.status)
        if contract is None or len(reply.body) > LARGEST or not call.trail.count("attempt.answered"):
            return
        if drift.may_look():
            due = now + EVERY
            asyncio.get_running_loop().call_soon(look, contract, reply.body)

    def look(contract: Contract, body: bytes) -> None:
        try:
            document = msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            drift.note(operation, [Difference("retyped", "", "JSON", "something else")])
            return
        drift.note(operation, [*contract.differences(document)])

    return watch
