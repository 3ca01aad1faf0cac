"""Finds out who asks: a caller by his key, remembered for a few seconds so that no request waits for the database."""

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from gateway.callers.attempts import Attempts
from gateway.callers.keys import digest_of, id_of
from gateway.callers.presented import Presented
from gateway.callers.scopes import ACT_AS, Scopes
from gateway.contract import Caller
from gateway.errors import ScopeMissing, StoreUnavailable, Unauthenticated
from gateway.stored import Key, Keys

FRESH = 5.0
"""Seconds for which a key is believed without another look: so long does a revoked one work at most."""
HONOURED = 300.0
"""Seconds for which a known key is believed while the database is down."""
PATIENCE = 1.0
"""Seconds that the caller of a known key waits for the database; after that nobody with one waits for FRESH seconds."""
REMEMBERED = 10_000
USED_EVERY = 60.0
"""Seconds between two notes of when keys were last used."""


class Known(msgspec.Struct):
    """A key that was looked up, when, and what it may do."""

    key: Key
    scopes: Scopes
    looked_at: float


class Callers:
    """`clock` is monotonic seconds, `now` seconds since 1970."""

    def __init__(self, keys: Keys, clock: Callable[[], float], now: Callable[[], float]) -> None:
        self._keys = keys
        self._clock = clock
        self._now = now
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._attempts = Attempts(clock)
        self._used: dict[str, float] = {}
        self._silent_until = float("-inf")

    async def identify(self, presented: Presented, address: str, endpoint: str | None) -> Caller:
        """Raises Unauthenticated, ScopeMissing, and StoreUnavailable where nobody can tell."""
        known = await self._look_up(presented.secret, address)
        if endpoint is not None and not known.scopes.reach(endpoint):
            raise ScopeMissing(f"the key `{known.key.id}` may not use `{endpoint}`")
        if presented.user is not None and ACT_AS not in known.scopes.words:
            raise ScopeMissing(f"the key `{known.key.id}` may not act for a user: it has no scope `{ACT_AS}`")
        self._used[known.key.id] = self._now()
        return Caller(known.key.id, address, presented.user, known.scopes.words)

    def forget(self, id: str) -> None:  # noqa: A002 - the field's own name
        """A key was changed: the next request with it looks again."""
        for digest in [digest for digest, known in self._known.items() if known.key.id == id]:
            del self._known[digest]

    async def note_use(self) -> None:
        """Writes down when keys were last used; what cannot be written is written the next time."""
        used, self._used = self._used, {}
        try:
            await self._keys.used(used)
        except StoreUnavailable:
            self._used = {**used, **self._used}

    async def _look_up(self, secret: str, address: str) -> Known:
        digest = digest_of(secret)
        known = self._known.get(digest)
        if known is None or self._clock() - known.looked_at >= FRESH:
            known = await self._look_again(secret, digest, known, address)
        if not _valid(known.key, self._now()):
            self._attempts.failed(address)
            raise Unauthenticated("this key was revoked or has expired")
        return known

    async def _look_again(self, secret: str, digest: bytes, known: Known | None, address: str) -> Known:
        which = id_of(secret)
        if which is None or (known is None and self._attempts.too_many(address)):
            self._attempts.failed(address)
            raise Unauthenticated("this is no key of this gateway")
        honoured = known is not None and self._clock() - known.looked_at < HONOURED
        if known is not None and honoured and self._clock() < self._silent_until:
            return known
        try:
            async with asyncio.timeout(PATIENCE if honoured else None):
                found = await asyncio.shield(self._keys.find(which))  # ended halfway it would cost its connection
        except (StoreUnavailable, TimeoutError):
            self._silent_until = self._clock() + FRESH
            if known is None or not honoured:
                raise
            return known
        if found is None or not hmac.compare_digest(found.digest, digest):
            self._known.pop(digest, None)
            self._attempts.failed(address)
            raise Unauthenticated("this is no key of this gateway")
        return self._remember(digest, found)

    def _remember(self, digest: bytes, key: Key) -> Known:
        before = self._known.pop(digest, None)
        scopes = before.scopes if before is not None and before.key.scopes == key.scopes else Scopes(key.scopes)
        known = self._known[digest] = Known(key, scopes, self._clock())
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known


def _valid(key: Key, now: float) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)
