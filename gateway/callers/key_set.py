"""The public keys of an identity provider: found by discovery, kept for an hour, asked for again with restraint."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.contract import Fetch
from gateway.errors import GatewayError, StoreUnavailable

FRESH = 3600.0
"""Seconds after which the keys are looked at again."""
RESTRAINT = 30.0
"""Seconds between two looks, whatever keys the tokens name that come in between."""
_SECONDS = 5.0
_OK = 200
_DISCOVERY = "/.well-known/openid-configuration"


class _Metadata(msgspec.Struct):
    issuer: str
    jwks_uri: str


class Keys:
    """Those of one issuer. `clock` is monotonic seconds; once found, they serve on while the issuer is away."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float], issuer: str, *, allow_private: bool) -> None:
        self._fetch = fetch
        self._clock = clock
        self._issuer = issuer
        self._allow_private = allow_private
        self._keys: KeySet | None = None
        self._looked_at = float("-inf")
        self._looking: asyncio.Task[None] | None = None

    async def current(self, *, knowing: str | None) -> KeySet:
        """The keys, looked up anew where none is called `knowing`. Raises StoreUnavailable where there are none."""
        known = self._keys is not None and (knowing is None or any(key.kid == knowing for key in self._keys.keys))
        age = self._clock() - self._looked_at
        if age >= FRESH or (not known and age >= RESTRAINT):
            await self._look()
        if self._keys is None:
            raise StoreUnavailable("the keys of the identity provider cannot be fetched")
        return self._keys

    async def _look(self) -> None:
        """Once for all who wait; one who leaves does not end it for the others."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._ask())
            self._looking.add_done_callback(self._looked)
        await asyncio.shield(self._looking)

    def _looked(self, _: object) -> None:
        self._looking = None

    async def _ask(self) -> None:
        self._looked_at = self._clock()
        try:
            metadata = msgspec.convert(await self._get(self._issuer.rstrip("/") + _DISCOVERY), _Metadata)
            if metadata.issuer == self._issuer:
                self._keys = KeySet.import_key_set(await self._get(metadata.jwks_uri))
        except (GatewayError, msgspec.MsgspecError, JoseError, ValueError, KeyError, TypeError):
            return  # the old ones, where there are any, go on serving

    async def _get(self, url: str) -> Any:
        if not (self._allow_private or url.startswith("https:")):
            raise ValueError("keys are fetched by https only")
        reply = await self._fetch("GET", url, seconds=_SECONDS, allow_private=self._allow_private)
        if reply.status != _OK or not isinstance(reply.body, bytes):
            raise ValueError(f"{url} answered {reply.status}")
        return msgspec.json.decode(reply.body)
