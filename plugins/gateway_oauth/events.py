"""Tells the operator's own server what happens to connections: signed, at least once, tried for more than a day.

As Standard Webhooks has it: the id stays the same with every try, and the signature is over id, time and body.
"""

import asyncio
import base64
import binascii
import contextlib
import hmac
import logging
import math
import secrets
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, Literal

import msgspec

from gateway.contract import Kit, Lifespan
from gateway.errors import StoreUnavailable, UpstreamFailure
from gateway.stored import Connection, Delivery
from gateway_oauth.rounds import rounds
from gateway_oauth.shown import shown, written

logger = logging.getLogger("gateway")

Why = Literal["connected", "reconnected", "needs_reauth", "revoked", "removed"]

WAITS = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 36_000.0)
"""Seconds between the tries: the last one is more than a day after the first."""
EVERY = 5.0
"""Seconds between two looks at what is to be delivered."""
HELD = 60.0
"""Seconds for which what one process delivers is nobody else's."""
SECONDS = 15.0
_SUCCESS = range(200, 300)
_GONE = 410
_PREFIX = "whsec_"


async def connection_changed(kit: Kit, connection: Connection, why: Why) -> None:
    """Puts the event where it outlives the process; nothing where nobody wants to know. Raises StoreUnavailable."""
    wanted = kit.catalog().events
    if wanted is None:
        return
    data = msgspec.to_builtins(shown(connection, kit.catalog(), kit.now()))
    event = {"type": f"connection.{why}", "timestamp": written(kit.now()), "data": data}
    identity = f"evt_{secrets.token_urlsafe(18)}"
    body = msgspec.json.encode(event)
    await kit.stored.outbox.put(Delivery(id=identity, url=wanted.url, body=body, due_at=kit.now()))


def signature(secret: str, identity: str, at: int, body: bytes) -> str:
    """`secret` as it is written: `whsec_` and base64, or any other text as it stands."""
    message = f"{identity}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), message, "sha256")).decode()


async def deliver(kit: Kit) -> int:
    """One round: sends what is due, and tells how much that was. Raises StoreUnavailable."""
    wanted = kit.catalog().events
    if wanted is None:
        return 0
    now = kit.now()
    waiting = await kit.stored.outbox.due(now, now + HELD)
    await asyncio.gather(*(_send(kit, wanted, one) for one in waiting))
    return len(waiting)


async def _send(kit: Kit, wanted: Any, delivery: Delivery) -> None:
    at = math.floor(kit.now())
    headers = (
        (b"content-type", b"application/json"),
        (b"webhook-id", delivery.id.encode()),
        (b"webhook-timestamp", str(at).encode()),
        (b"webhook-signature", signature(str(wanted.secret), delivery.id, at, delivery.body).encode()),
    )
    try:
        reply = await kit.fetch(
            "POST",
            delivery.url,
            headers=headers,
            body=delivery.body,
            seconds=SECONDS,
            limit=64 * 1024,
            allow_private=wanted.allow_private,
        )
    except UpstreamFailure as failure:
        await _again(kit, delivery, failure.slug)
        return
    if reply.status in _SUCCESS or reply.status == _GONE:
        await kit.stored.outbox.done(delivery.id)
    else:
        await _again(kit, delivery, f"status {reply.status}")


async def _again(kit: Kit, delivery: Delivery, why: str) -> None:
    if delivery.tries >= len(WAITS):
        logger.error("the event %s was given up after %d tries: %s", delivery.id, delivery.tries + 1, why)
        await kit.stored.outbox.done(delivery.id)
        return
    wait = WAITS[delivery.tries] * (0.9 + 0.2 * kit.random())
    await kit.stored.outbox.later(delivery.id, kit.now() + wait)


def _key(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        with contextlib.suppress(binascii.Error):
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    return secret.encode()


async def _round(kit: Kit) -> None:
    try:
        await deliver(kit)
    except StoreUnavailable as error:
        logger.warning("events wait: %s", error.detail)


def delivering(kit: Kit) -> AbstractAsyncContextManager[None]:
    """While it is entered, what is due is delivered."""
    return rounds(kit, partial(_round, kit), EVERY)


EVENTS = Lifespan(name="events", run=delivering)
