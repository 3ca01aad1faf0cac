"""Who asks, by what he brings: a key of this gateway, or a token of an identity provider."""

from typing import TYPE_CHECKING

from gateway.callers.authenticating import Callers
from gateway.callers.presented import Presented
from gateway.contract import Caller
from gateway.errors import ScopeMissing, Unauthenticated

if TYPE_CHECKING:
    from gateway.callers.tokens import Tokens

LONGEST = 16 * 1024
"""Characters of an access token."""

_BRING = {
    (True, False): "send the key as `Authorization: Bearer` or `X-API-Key`",
    (False, True): "send an access token as `Authorization: Bearer`",
    (True, True): "send a key or an access token as `Authorization: Bearer`",
}


class Identity:
    """Either is None where it is not accepted."""

    def __init__(self, keys: Callers | None, tokens: "Tokens | None") -> None:
        self._keys = keys
        self._tokens = tokens
        self._bring = _BRING[keys is not None, tokens is not None]

    async def identify(self, presented: Presented | None, address: str, endpoint: str | None) -> Caller:
        """Raises Unauthenticated, ScopeMissing, and StoreUnavailable where nobody can tell."""
        if presented is None:
            raise Unauthenticated(self._bring)
        if self._tokens is not None and _is_token(presented.secret):
            return _for_himself(await self._tokens.identify(presented.secret, address), presented)
        if self._keys is None:
            raise Unauthenticated(self._bring)
        return await self._keys.identify(presented, address, endpoint)


def _is_token(secret: str) -> bool:
    return secret.count(".") == 2 and len(secret) <= LONGEST  # noqa: PLR2004 - head, claims, signature


def _for_himself(caller: Caller, presented: Presented) -> Caller:
    """A token says whose it is: nobody else can be acted for with it."""
    if presented.user not in {None, caller.user}:
        raise ScopeMissing("an access token acts for the user it was given by, and for nobody else")
    return caller
