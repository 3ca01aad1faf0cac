"""Tokens that no user has to come for: the gateway's own, and those that a caller's token is exchanged for."""

import math
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

import msgspec

from gateway.contract import Call, Kit
from gateway.errors import ScopeMissing
from gateway_oauth import endpoint, numbers
from gateway_oauth.access import Access, Missing, failure
from gateway_oauth.answers import NoToken
from gateway_oauth.held import Held, Key
from gateway_oauth.settings import ClientCredentials, ServiceAccount, TokenExchange
from gateway_oauth.tokens import Tokens

_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - its name
_KEY_ALONE = "this integration is asked with the caller's own token: come with an access token instead of a key"

Request = Callable[[Key, float], Awaitable[Tokens]]
"""One token request, which may take so many seconds. Raises NoToken."""


class Own:
    """Tokens in this process alone: another one is a request away. `request` is made anew whenever one is due."""

    def __init__(self, kit: Kit, name: str, request: Request) -> None:
        self._kit = kit
        self._name = name
        self._request = request
        self.access = Access(kit, self._renew)
        self.fresh, self.get, self.renewed = self.access.fresh, self.access.get, self.access.renewed

    async def _renew(self, key: Key, refused: bytes | None) -> Held | Missing:
        held = self.access.holder.get(key)
        if held is not None and refused is None and self._kit.clock() < held.due:
            self.access.holder.looked_at(held)
            return held
        try:
            tokens = await endpoint.patiently(self._kit, lambda seconds: self._request(key, seconds))
        except NoToken as error:
            numbers.renewed(self._kit, self._name, "failed")
            raise failure(self._name, error) from error
        numbers.renewed(self._kit, self._name, "renewed")
        lasts = math.inf if tokens.expires_at is None else tokens.expires_at - self._kit.now()
        return self.access.holder.put(key, tokens.access, "", lasts, tokens.margin)


def client_credentials(settings: ClientCredentials, kit: Kit) -> tuple[Own, Key]:
    """RFC 6749 4.4."""
    form = {"grant_type": "client_credentials", **_scope(settings.scopes), **settings.extra}
    name = settings.provider

    async def request(_: Key, seconds: float) -> Tokens:
        return await endpoint.ask(kit, _provider(kit, name), form, seconds=seconds)

    return kit.keep(_kept(settings), lambda: Own(kit, name, request)), (name,)


def service_account(settings: ServiceAccount, kit: Kit) -> tuple[Own, Key]:
    """RFC 7523, as Google has it. Raises ValueError for what is no key file."""
    from gateway_oauth.assertion import GRANT, Account  # noqa: PLC0415 - what signs takes megabytes

    account = Account(settings.key, settings.scopes, settings.subject)

    async def request(_: Key, seconds: float) -> Tokens:
        form = {"grant_type": GRANT, "assertion": account.assertion(kit.now())}
        return await endpoint.asserted(kit, account.token_uri, form, seconds, allow_private=settings.allow_private)

    return kit.keep(("oauth-own", settings), lambda: Own(kit, account.name, request)), (account.name,)


def exchanged(settings: TokenExchange, kit: Kit) -> tuple[Own, Callable[[Call], Key]]:
    """RFC 8693: one token for each that callers come with."""
    form = {"grant_type": _EXCHANGE, "subject_token_type": _ACCESS_TOKEN, **_scope(settings.scopes), **settings.extra}
    if settings.audience is not None:
        form["audience"] = settings.audience
    name = settings.provider

    async def request(key: Key, seconds: float) -> Tokens:
        return await endpoint.ask(kit, _provider(kit, name), {**form, "subject_token": key[1]}, seconds=seconds)

    def key_of(call: Call) -> Key:
        if not call.caller.token:
            raise ScopeMissing(_KEY_ALONE)
        return name, call.caller.token

    return kit.keep(_kept(settings), lambda: Own(kit, name, request)), key_of


def _kept(settings: ClientCredentials | TokenExchange) -> Hashable:
    """The same for the same settings, which hold further parameters and so are no key themselves."""
    return "oauth-own", msgspec.json.encode(settings, order="deterministic")


def _scope(scopes: tuple[str, ...]) -> dict[str, str]:
    return {"scope": " ".join(scopes)} if scopes else {}


def _provider(kit: Kit, name: str) -> Any:
    """As it is now. Raises NoToken where the config does not have it any more."""
    provider = kit.catalog().providers.get(name)
    if provider is None:
        raise NoToken("the config does not have it any more")
    return provider
