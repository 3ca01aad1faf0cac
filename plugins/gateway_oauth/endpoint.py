"""A provider's token endpoint: what is asked of it, who asks, and how often (RFC 6749, 6750, 7009)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol
from urllib.parse import urlencode

import msgspec

from gateway.contract import Headers, Kit, Reply
from gateway.errors import UpstreamFailure
from gateway_oauth.answers import LARGEST, Refused, Transient, failure_of, tokens_of
from gateway_oauth.proving import Client, proof
from gateway_oauth.tokens import Tokens

SECONDS = 8.0
"""The longest that one request may take."""
WHOLE = 12.0
"""The longest that a token may take, repeats and waits included."""
FIRST_WAIT, LONGEST_WAIT = 0.2, 2.0
_ACCEPTED = frozenset({200, 204})


class Provider(Protocol):
    """What `providers:` says of a provider, as far as it is needed here."""

    @property
    def token(self) -> str: ...
    @property
    def revoke(self) -> str | None: ...
    @property
    def client(self) -> Client: ...
    @property
    def allow_private(self) -> bool: ...


async def exchange(kit: Kit, provider: Provider, *, code: str, verifier: str, redirect_uri: str) -> Tokens:
    """The tokens for an authorization code, which is good once. Raises InvalidGrant, Transient or Refused."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    return await ask(kit, provider, form)


async def refresh(kit: Kit, provider: Provider, tokens: Tokens) -> Tokens:
    """New ones in place of these: what the answer leaves out stays. Raises InvalidGrant, Transient or Refused."""
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    fresh = await patiently(kit, lambda seconds: ask(kit, provider, form, seconds=seconds))
    return msgspec.structs.replace(fresh, refresh=fresh.refresh or tokens.refresh, scopes=fresh.scopes or tokens.scopes)


async def revoke(kit: Kit, provider: Provider, tokens: Tokens) -> bool:
    """Gives back what was granted; whether the provider took it. Raises nothing: it is forgotten in any case."""
    if provider.revoke is None:
        return False
    token, hint = (tokens.refresh, "refresh_token") if tokens.refresh else (tokens.access, "access_token")
    try:
        reply = await _post(kit, provider, provider.revoke, {"token": token, "token_type_hint": hint}, SECONDS)
    except (UpstreamFailure, Refused):
        return False
    return reply.status in _ACCEPTED


async def ask(kit: Kit, provider: Provider, form: Mapping[str, str], *, seconds: float = SECONDS) -> Tokens:
    """One token request. Raises InvalidGrant, Transient or Refused."""
    asked_at = kit.now()
    try:
        reply = await _post(kit, provider, provider.token, form, seconds)
    except UpstreamFailure as error:
        raise failure_of(error) from error
    return tokens_of(reply, asked_at)


async def asserted(kit: Kit, url: str, form: Mapping[str, str], seconds: float, *, allow_private: bool) -> Tokens:
    """A token request whose assertion says who asks (RFC 7523). Raises InvalidGrant, Transient or Refused."""
    asked_at = kit.now()
    try:
        reply = await _form(kit, url, form, (), seconds, allow_private=allow_private)
    except UpstreamFailure as error:
        raise failure_of(error) from error
    return tokens_of(reply, asked_at)


async def patiently(kit: Kit, request: Callable[[float], Awaitable[Tokens]]) -> Tokens:
    """Repeats what may pass, with pauses of full jitter; `request` is given the seconds that are left for it."""
    until, longest = kit.clock() + WHOLE, FIRST_WAIT
    while True:
        try:
            return await request(min(SECONDS, until - kit.clock()))
        except Transient as error:
            wait = max(kit.random() * longest, error.retry_after or 0.0)
            if kit.clock() + wait + FIRST_WAIT >= until or wait > LONGEST_WAIT:
                raise
        await kit.sleep(wait)
        longest = min(longest * 2, LONGEST_WAIT)


async def _post(kit: Kit, provider: Provider, url: str, form: Mapping[str, str], seconds: float) -> Reply:
    shown, headers = proof(provider.client, provider.token, kit.now())
    return await _form(kit, url, {**form, **shown}, headers, seconds, allow_private=provider.allow_private)


async def _form(
    kit: Kit, url: str, form: Mapping[str, str], shown: Headers, seconds: float, *, allow_private: bool
) -> Reply:
    headers: Headers = (
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"accept", b"application/json"),
        *shown,
    )
    return await kit.fetch(
        "POST",
        url,
        headers=headers,
        body=urlencode(form).encode(),
        seconds=seconds,
        limit=LARGEST,
        allow_private=allow_private,
    )
