"""Hands out access tokens: at once while one is fresh, after one renewal however many ask, and none in vain."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec

from gateway.contract import Kit
from gateway.errors import CredentialRefused, GatewayError, ProviderUnavailable
from gateway_oauth.answers import Transient
from gateway_oauth.held import MOST, Held, Holder, Key

logger = logging.getLogger("gateway")

FORCE_EVERY = 30.0
"""Seconds between two renewals of a token that a vendor refuses: one who refuses all of them is not helped by more."""
PAUSE, LONG_PAUSE, LONGEST_PAUSE = 1.0, 5.0, 60.0
"""Seconds for which a provider is not asked again for the same token: after a failure, after a refusal, at most."""
MEANWHILE = 1.0
"""Seconds for which a token is used on while it is looked after."""


class NeedsUser(Exception):
    """There is no token without the user; `reason` is the provider's word for it, empty where he never connected."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Missing(msgspec.Struct, frozen=True):
    """The user has to come."""

    reason: str


class Failed(msgspec.Struct, frozen=True):
    """Something else is wrong: as an error for each who waited, since one that is raised for all of them grows."""

    kind: type[GatewayError]
    detail: str
    retry_after: float | None = None

    def error(self) -> GatewayError:
        return self.kind(self.detail, retry_after=self.retry_after)


Outcome = Held | Missing | Failed

Renew = Callable[[Key, bytes | None], Awaitable[Held | Missing]]
"""Looks after the token of a key: gives the one that is there if it will do, else a new one.

It is given the token that a vendor has refused, if that is why. It may raise any GatewayError.
"""


class Access:
    """The tokens of one kind, in one process; `renew` runs once at a time for each key."""

    def __init__(self, kit: Kit, renew: Renew) -> None:
        self._clock = kit.clock
        self._random = kit.random
        self._renew = renew
        self._flights: dict[Key, asyncio.Task[Outcome]] = {}
        self._troubles: dict[Key, tuple[float, Failed]] = {}
        self._doubted: dict[Key, str] = {}
        self.holder = Holder(kit.clock, kit.random)

    def fresh(self, key: Key) -> Held | None:
        """The token, if there is nothing to think about: most calls come no further."""
        held = self.holder.get(key)
        return held if held is not None and self._clock() < held.until else None

    async def get(self, key: Key) -> Held:
        """Raises NeedsUser, ProviderUnavailable, CredentialRefused, StoreUnavailable."""
        held, now = self.holder.get(key), self._clock()
        trouble = self._trouble(key, now)
        if held is not None and now < held.ends:
            held.until = min(held.ends, now + MEANWHILE)
            if trouble is None and key not in self._flights:
                self._begin(key, None)
            return held
        if trouble is not None:
            raise trouble.error()
        outcome = await asyncio.shield(self._flights.get(key) or self._begin(key, None))
        return self._usable(key) or _unwrapped(outcome) if isinstance(outcome, Failed) else _unwrapped(outcome)

    async def renewed(self, key: Key, refused: Held) -> Held | None:
        """Another token than one that a vendor has refused; None where no better one is to be had now.

        Raises as `get` does.
        """
        while (running := self._flights.get(key)) is not None:
            await asyncio.shield(running)
        held, now = self.holder.get(key), self._clock()
        if held is not None and held.access != refused.access:
            return held
        if now - refused.forced_at < FORCE_EVERY:
            return None
        if (trouble := self._trouble(key, now)) is not None:
            raise trouble.error()
        found = _unwrapped(await asyncio.shield(self._begin(key, refused.access)))
        return found if found.access != refused.access else None

    def forget(self, key: Key, edition: str = "") -> None:
        """What is held of it is not to be used any more, nor what is being fetched, unless it is this edition."""
        self._troubles.pop(key, None)
        if (held := self.holder.get(key)) is not None and held.edition != edition:
            self.holder.drop(key)
        if key in self._flights:
            self._doubted[key] = edition

    def doubt(self) -> None:
        """Something may have changed, and nobody knows what: all of it is looked after when it is used."""
        for held in self.holder:
            held.until = 0.0

    async def finish(self) -> None:
        """Until no renewal is under way."""
        while self._flights:
            await asyncio.wait(self._flights.values())

    def _begin(self, key: Key, refused: bytes | None) -> "asyncio.Task[Outcome]":
        """A task of its own: callers who leave take nothing away from those who stay."""
        task = self._flights[key] = asyncio.create_task(self._settled(key, refused))
        task.add_done_callback(lambda done: self._ended(key, done))
        return task

    def _ended(self, key: Key, done: "asyncio.Task[Outcome]") -> None:
        del self._flights[key]
        if (edition := self._doubted.pop(key, None)) is not None:
            self.forget(key, edition)
        if not done.cancelled() and (error := done.exception()) is not None:
            logger.error("a token was not renewed, for a reason that nobody foresaw", exc_info=error)

    async def _settled(self, key: Key, refused: bytes | None) -> Outcome:
        try:
            found = await self._renew(key, refused)
        except GatewayError as error:
            return self._failed(key, error)
        if isinstance(found, Missing):
            self.holder.drop(key)
        elif refused is not None:
            found.forced_at = self._clock()
        self._troubles.pop(key, None)
        return found

    def _failed(self, key: Key, error: GatewayError) -> Failed:
        pause = LONG_PAUSE if isinstance(error, CredentialRefused) else PAUSE
        seconds = min(max(pause * (0.5 + self._random()), error.retry_after or 0.0), LONGEST_PAUSE)
        failed = Failed(type(error), error.detail, seconds if error.retryable else None)
        if len(self._troubles) >= MOST:
            self._troubles.clear()
        self._troubles[key] = (self._clock() + seconds, failed)
        if (held := self.holder.get(key)) is not None:
            held.until = min(held.ends, self._clock() + seconds)
        return failed

    def _usable(self, key: Key) -> Held | None:
        held = self.holder.get(key)
        return held if held is not None and self._clock() < held.ends else None

    def _trouble(self, key: Key, now: float) -> Failed | None:
        until, failed = self._troubles.get(key, (0.0, None))
        return failed if now < until else None


def failure(provider: str, error: Exception) -> GatewayError:
    """What is told of a token that did not come, for whatever reason but the user's."""
    detail = f"the provider `{provider}` gave no token: {getattr(error, 'reason', error)}"
    if isinstance(error, Transient):
        return ProviderUnavailable(detail, retry_after=error.retry_after)
    return CredentialRefused(detail)


def _unwrapped(outcome: Outcome) -> Held:
    if isinstance(outcome, Missing):
        raise NeedsUser(outcome.reason)
    if isinstance(outcome, Failed):
        raise outcome.error()
    return outcome
