"""Gives a repeated write the first answer, so that a caller who has lost it can ask again without doing it twice.

    idempotency: {window: 24h, required: false, key: header}

A caller sends `Idempotency-Key` with a POST, PUT, PATCH or DELETE, a new one for each thing that is to be done, and
the same one when he asks again for the same thing. Keys are his own: another caller's equal key is another key.

What the first request came to decides what the next one with its key gets:

- an answer, a success or a refusal that is final: that answer, with `Idempotency-Replayed: true`
- still running: 409 `idempotency-in-flight`, with Retry-After
- surely not done (not sent, refused by the gateway, 429, a credential that does not hold): the key is free again
- unknown (no answer in time, cut off, a 5xx, a gateway that was killed): 409 `idempotency-outcome-unknown`. It is
  neither done twice nor told as done. Where a repeat does no harm it is done again under the same key instead: where
  the endpoint is idempotent, or where it declares the header `idempotency-key`, so that the vendor can tell
- done, but with an answer that is streamed, larger than 1 MiB or unfit for use: 409 `idempotency-answer-not-kept`

Another method, path, query or body under the same key is 422 `idempotency-mismatch`; of an upload, the body does not
count. A vendor that is sent the key gets one of ours in its place, the same for each repeat: to him all callers look
like one, and their keys must not meet there.

`key: header_or_body_hash` is for callers that repeat by themselves and cannot send a key: without one, a request that
equals another of the same caller to the letter is its repeat, until a minute after the first one's outcome. Who means
to do the same thing twice has to wait so long, or send a key. It guards only where a repeat does harm: of two equal
PUTs the second may well be meant, after another one between them; and no uploads, whose body is gone once it was sent.

Answers are kept where all processes of the gateway find them, sealed with its secret; in a process that is alone, or
cannot reach the others, in its memory.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from gateway import Call, Duration, Handler, Kit, Policy, Reply, Settings, Site, Stage
from gateway.errors import (
    IdempotencyAnswerNotKept,
    IdempotencyInFlight,
    IdempotencyMismatch,
    IdempotencyOutcomeUnknown,
)
from gateway_policies.checks import positive
from gateway_policies.idempotency_endings import ending
from gateway_policies.idempotency_keys import Asked, reader, takes_key, with_vendor_key
from gateway_policies.idempotency_ledger import Ledger, Running, Turn
from gateway_policies.idempotency_records import Record, answered

REPLAYED = (b"idempotency-replayed", b"true")
BODY_WINDOW = 60.0
"""Seconds for which equal bodies are one request: repeats by themselves come soon, second thoughts do not."""
GRACE = 2.0
"""Seconds that a request may still be running after its deadline, as far as others are concerned."""
UNBOUNDED = 300.0
"""Seconds that a request without a deadline may be running."""
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Idempotency(Settings, frozen=True, kw_only=True):
    """A repeated write gets the first answer."""

    window: Annotated[
        Duration,
        msgspec.Meta(
            description="For how long a write's first answer is kept and given again, such as `24h`.",
            examples=["24h"],
        ),
    ] = Duration(86400)
    required: Annotated[
        bool,
        msgspec.Meta(description="Whether a write without an Idempotency-Key is refused.", examples=[True]),
    ] = False
    key: Annotated[
        Literal["header", "header_or_body_hash"],
        msgspec.Meta(
            description="What tells that two writes are the same: the Idempotency-Key, or for callers that cannot send "
            "one the body itself: an equal one within a minute is a repeat.",
            examples=["header_or_body_hash"],
        ),
    ] = "header"

    def __post_init__(self) -> None:
        positive(self, "window")
        if self.required and self.key != "header":
            raise ValueError("`required` asks for a header that `key: header_or_body_hash` does without")


def build(settings: Idempotency, site: Site, kit: Kit) -> Mapping[str, Stage]:
    operation = site.operation
    if operation.method in _READS:
        return {}
    ledger = kit.keep(("idempotency",), lambda: Ledger(kit))
    harmless, vendor_tells = operation.safe, takes_key(operation)
    guarded = settings.key == "header_or_body_hash" and not harmless
    read = reader(operation, required=settings.required, by_body=guarded)
    window = float(settings.window)
    by_body = min(window, BODY_WINDOW)

    async def idempotency(call: Call, forward: Handler) -> Reply:
        asked = read(call)
        if asked is None:
            return await forward(call)
        turn = await ledger.begin(
            asked,
            seconds=_seconds(call.deadline - kit.clock()),
            window=window if asked.given else by_body,
            repeatable=harmless or (vendor_tells and asked.given),
        )
        if not isinstance(turn, Turn):
            return _known(call, asked, turn)
        if vendor_tells and asked.given:
            call = with_vendor_key(call, asked)
        return await _done(call, forward, ledger, turn)

    return {"idempotency": idempotency}


def _seconds(left: float) -> float:
    return UNBOUNDED if math.isinf(left) else max(left, 0.0) + GRACE


async def _done(call: Call, forward: Handler, ledger: Ledger, turn: Turn) -> Reply:
    try:
        reply = await forward(call)
    except BaseException as error:
        ledger.leave(turn, _record(call, turn, error))
        raise
    await ledger.end(turn, _record(call, turn, reply))
    return reply


def _record(call: Call, turn: Turn, outcome: Reply | BaseException) -> Record | None:
    found = ending(call, outcome)
    call.trail.note("idempotency.ended", outcome=found)
    if found == "answered" and isinstance(outcome, Reply) and isinstance(outcome.body, bytes):
        return answered(turn.print, outcome, outcome.body)
    return None if found == "free" else Record("spent" if found == "spent" else "begun", turn.print)


def _known(call: Call, asked: Asked, known: Running | Record) -> Reply:
    """The first answer. Raises what there is to say where there is none."""
    if known.print is not None and known.print != asked.print:
        call.trail.note("idempotency.refused", reason="another request has this key")
        raise IdempotencyMismatch("an earlier request with this key was another one; a new request needs a new key")
    if isinstance(known, Record) and known.state == "answered":
        call.trail.note("idempotency.replayed", status=known.status)
        return _replayed(known.reply)
    call.trail.note("idempotency.refused", reason="running" if isinstance(known, Running) else known.state)
    if isinstance(known, Running):
        raise IdempotencyInFlight("the first request with this key has no answer yet", retry_after=1)
    if known.state == "spent":
        raise IdempotencyAnswerNotKept("it was done, and must not be done again; read back what became of it")
    raise IdempotencyOutcomeUnknown("the vendor may have done it or not; look before you ask again with a new key")


def _replayed(reply: Reply) -> Reply:
    verdict = reply.verdict
    if verdict is not None:
        return msgspec.structs.replace(reply, verdict=msgspec.structs.replace(verdict, headers=(REPLAYED,)))
    return msgspec.structs.replace(reply, headers=(*reply.headers, REPLAYED))


policy = Policy(
    name="idempotency",
    settings=Idempotency,
    build=build,
    description="A write that is repeated with its Idempotency-Key is not done twice: it gets the first answer.",
    examples=({"window": "24h"}, {"required": True}, {"key": "header_or_body_hash"}),
)
