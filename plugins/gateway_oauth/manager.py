"""Users' tokens: renewed before they expire, by one process at a time, and stored before anybody uses them.

What lies in the store is the truth. Before a refresh token is used its record is claimed there, so that of all
processes, whether they know of each other or not, one uses it; the claim ends by itself where that one dies.
"""

import asyncio
import contextlib
import logging
import math
import secrets

import msgspec

from gateway.contract import Kit
from gateway.errors import StoreUnavailable
from gateway.stored import Connection
from gateway_oauth import endpoint, numbers
from gateway_oauth.access import Access, Missing, NeedsUser, failure
from gateway_oauth.answers import InvalidGrant, NoToken
from gateway_oauth.events import connection_changed
from gateway_oauth.held import Held, Key
from gateway_oauth.saving import Saver
from gateway_oauth.tokens import Tokens, opened

logger = logging.getLogger("gateway")

CHANNEL = "oauth/connections"
LEASE = 15.0
"""Seconds for which a claim holds: longer than a token request with its repeats may take."""
FIRST_LOOK, LONGEST_LOOK = 0.05, 0.5
"""Seconds between two looks at a record that another process renews, where nobody tells that it is done."""
REVOKED = "revoked"


class Manager:
    """One for each process; `manager_of` gives it."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._owner = secrets.token_hex(8)
        self._waiting: dict[Key, asyncio.Event] = {}
        self._saver = Saver(kit, self._tell)
        self.access = Access(kit, self._current)
        self.fresh = self.access.fresh
        self._deaf = kit.shared.listen(CHANNEL, self._heard)

    async def get(self, key: Key) -> Held:
        """The user's token. Raises NeedsUser, ProviderUnavailable, CredentialRefused, StoreUnavailable."""
        return await self.access.get(key)

    async def renewed(self, key: Key, refused: Held) -> Held | None:
        """Another one than a vendor has refused, None where no better one is to be had now. Raises as `get` does."""
        return await self.access.renewed(key, refused)

    async def force(self, connection: Connection) -> Connection:
        """Renews it now, and gives what it has become. Raises as `get` does."""
        key = (connection.provider, connection.user)
        held = await self.get(key)
        held.forced_at = -math.inf
        await self.renewed(key, held)
        found = await self._kit.stored.connections.get(connection.id)
        if found is None:
            raise NeedsUser(REVOKED)
        return found

    def changed(self, provider: str, user: str) -> None:
        """Somebody else has changed the connection: nobody is to use what is held of it, in any process."""
        self.access.forget((provider, user))
        self._tell((provider, user), None)

    async def finish(self) -> None:
        """Until nothing is under way that must not be lost."""
        await self.access.finish()
        await self._saver.finish()

    def stop(self) -> None:
        self._deaf()

    async def _current(self, key: Key, refused: bytes | None) -> Held | Missing:
        """The token that will do, by what is in the store now."""
        pause = FIRST_LOOK
        while True:
            record = await self._kit.stored.connections.find(*key)
            if record is None:
                return Missing("")
            if record.status != "active":
                return Missing(record.reason or record.status)
            found = await self._of(key, record, refused)
            if found is not None:
                return found
            held = self.access.holder.get(key)
            if held is not None and refused is None and self._kit.clock() < held.ends:
                return held  # another process renews it, and it is good for so long
            await self._news(key, pause * (0.5 + self._kit.random()))
            pause = min(pause * 2, LONGEST_LOOK)

    async def _of(self, key: Key, record: Connection, refused: bytes | None) -> Held | Missing | None:
        """None where another process has it in its hands, or has changed it."""
        held = self.access.holder.get(key)
        if held is not None and held.edition != _edition(record):
            held = None
        if held is not None and refused is None and self._kit.clock() < held.due:
            self.access.holder.looked_at(held)
            return held
        tokens = await opened(self._kit, record)
        if held is None:
            held = self._hold(key, record, tokens)
        if refused != held.access and self._kit.clock() < held.due:
            return held
        if not tokens.refresh:
            return held if refused is None and self._kit.clock() < held.ends else Missing("no_refresh_token")
        return await self._refreshed(key, record, tokens)

    async def _refreshed(self, key: Key, record: Connection, tokens: Tokens) -> Held | Missing | None:
        provider = self._kit.catalog().providers.get(record.provider)
        if provider is None:
            raise failure(record.provider, NoToken("the config does not have it any more"))
        if self._saver.has(key):
            raise StoreUnavailable("a renewed token waits to be stored", retry_after=1.0)
        now = self._kit.now()
        if not await self._kit.stored.connections.claim(record.id, record.version, self._owner, now, now + LEASE):
            return None
        try:
            fresh = await endpoint.refresh(self._kit, provider, tokens)
        except InvalidGrant as error:
            numbers.renewed(self._kit, record.provider, "needs_reauth")
            return await self._ended(key, record, error.reason)
        except NoToken as error:
            numbers.renewed(self._kit, record.provider, "failed")
            await self._release(record)
            raise failure(record.provider, error) from error
        numbers.renewed(self._kit, record.provider, "renewed")
        newer = await self._saver.save(key, record, fresh)
        if newer is None:
            return None
        held = self._hold(key, newer, fresh)
        self._tell(key, newer)
        return held

    async def _ended(self, key: Key, record: Connection, reason: str) -> Missing | None:
        """The grant is over, unless it was another process that used the token."""
        ended = msgspec.structs.replace(
            record,
            status="needs_reauth",
            reason=reason,
            sealed=b"",
            expires_at=None,
            version=record.version + 1,
            updated_at=self._kit.now(),
        )
        if not await self._kit.stored.connections.replace(ended, record.version):
            return None
        self._tell(key, ended)
        try:
            await connection_changed(self._kit, ended, "needs_reauth")
        except StoreUnavailable:
            logger.warning("nobody is told that the connection %s needs its user: no database", ended.id)
        return Missing(reason)

    async def _release(self, record: Connection) -> None:
        with contextlib.suppress(StoreUnavailable):  # it ends by itself
            await self._kit.stored.connections.release(record.id, self._owner)

    def _hold(self, key: Key, record: Connection, tokens: Tokens) -> Held:
        lasts = math.inf if tokens.expires_at is None else tokens.expires_at - self._kit.now()
        held = self.access.holder.put(key, tokens.access, _edition(record), lasts, tokens.margin)
        held.granted = record.scopes
        return held

    def _tell(self, key: Key, record: Connection | None) -> None:
        self._kit.shared.tell(CHANNEL, msgspec.json.encode([*key, "" if record is None else _edition(record)]))

    def _heard(self, message: bytes | None) -> None:
        if message is None:
            self.access.doubt()
            return
        provider, user, edition = msgspec.json.decode(message, type=tuple[str, str, str])
        key = (provider, user)
        if (waiting := self._waiting.get(key)) is not None:
            waiting.set()
        self.access.forget(key, edition)

    async def _news(self, key: Key, seconds: float) -> None:
        """Until somebody tells of it, or for so long."""
        event = self._waiting.setdefault(key, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return
        finally:
            self._waiting.pop(key, None)


def _edition(record: Connection) -> str:
    return f"{record.id}/{record.version}"


def manager_of(kit: Kit) -> Manager:
    return kit.keep(("oauth-manager",), lambda: Manager(kit))
