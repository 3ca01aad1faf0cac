"""A call cannot go on without its user: the problem that says so, and the link that mends it."""

import msgspec

from gateway.contract import Kit
from gateway.errors import ConnectionRequired
from gateway_oauth.links import connect_link, is_good
from gateway_oauth.shown import STORED

REUSED = 20.0
"""Seconds for which a link that nobody has used is told again: who asks on and on makes no heap of them."""
MOST = 10_000


class Told(msgspec.Struct, frozen=True):
    url: str
    until: float


class Required:
    """One for each process; `required_of` gives it."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._told: dict[tuple[str, str, str], Told] = {}

    async def error(self, provider: str, user: str, by: str, reason: str) -> ConnectionRequired:
        """`reason` is the provider's word, empty where the user never connected. Raises StoreUnavailable."""
        if provider.startswith(STORED):
            integration = provider.removeprefix(STORED)
            return ConnectionRequired(f"no secret of `{user}` is here: `PUT /connections/{integration}` keeps it")
        again = f" again: {reason}" if reason else ""
        detail = f"`{user}` has to connect an account at `{provider}`{again}"
        return ConnectionRequired(detail, members={"connect_url": await self._link(provider, user, by)})

    async def _link(self, provider: str, user: str, by: str) -> str:
        key, now = (provider, user, by), self._kit.clock()
        told = self._told.get(key)
        if told is None or told.until <= now or not await is_good(self._kit, told.url):
            url = await connect_link(self._kit, provider, user, by)
            if len(self._told) >= MOST:
                self._told.clear()
            told = self._told[key] = Told(url, now + REUSED)
        return told.url


def required_of(kit: Kit) -> Required:
    return kit.keep(("oauth-required",), lambda: Required(kit))
