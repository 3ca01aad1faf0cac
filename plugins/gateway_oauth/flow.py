"""Authorization code with PKCE, from the link to the tokens: bound to one user, one provider and one browser.

The browser's cookie is the one secret that stands nowhere but in it: the state of a flow is found with its digest, and
the PKCE verifier is made of it, so that a code that another browser brings is worth nothing.
"""

import base64
import hmac
import re
import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from gateway.contract import Kit
from gateway_oauth import links
from gateway_oauth.links import LIFE, Link, digest
from gateway_oauth.refusals import refusal, said
from gateway_oauth.scopes import asked

_STATE = "connect-state"
_COOKIE = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKENS = frozenset({"access_token", "id_token", "token", "refresh_token"})
_OURS = frozenset({"client_id", "redirect_uri", "response_type", "scope", "state"}) | {
    "code_challenge",
    "code_challenge_method",
}
"""What the flow says to the consent page, whatever the config has under these names."""
_LONGEST = 4096
_PORTS = {"https": 443, "http": 80}


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered between the provider's page and its answer; it holds no secret."""

    link: Link
    browser: bytes
    scopes: tuple[str, ...]


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser goes now."""

    url: str
    provider: str


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that passed every check: what the provider is now asked for tokens with."""

    link: Link
    scopes: tuple[str, ...]
    code: str
    verifier: str
    redirect_uri: str


def redirect_uri(kit: Kit) -> str:
    return f"{kit.catalog().public_url}/connect/callback"


def new_cookie() -> str:
    return secrets.token_urlsafe(32)


def is_cookie(value: str | None) -> bool:
    return value is not None and _COOKIE.fullmatch(value) is not None


def form_token(cookie: str, ticket: str) -> str:
    """What the page's form carries: nobody who cannot read the cookie can make one."""
    return hmac.digest(cookie.encode(), b"connect-form " + ticket.encode(), "sha256").hex()


async def begin(kit: Kit, ticket: str, cookie: str) -> Begun:
    """Uses the link up; gives the address of the provider's consent page. Raises FlowRefused, StoreUnavailable."""
    link = await links.take(kit, ticket)
    if link is None:
        raise refusal("link")
    catalog = kit.catalog()
    settings = catalog.providers.get(link.provider)
    if settings is None:
        raise refusal("gone")
    if not settings.client.id:
        raise refusal("unregistered")
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415 - megabytes that only who connects
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - an account has a use for

    state, scopes = secrets.token_urlsafe(32), asked(catalog, link.provider)
    kept = State(link=link, browser=digest(cookie), scopes=scopes)
    await kit.stored.tickets.put(_STATE, digest(state), msgspec.json.encode(kept), kit.now() + LIFE)
    url = prepare_grant_uri(
        _page(settings),
        settings.client.id,
        "code",
        redirect_uri=redirect_uri(kit),
        scope=scopes,
        state=state,
        code_challenge=create_s256_code_challenge(_verifier(state, cookie)),
        code_challenge_method="S256",
    )
    return Begun(url=url, provider=link.provider)


async def answered(kit: Kit, query: Sequence[tuple[str, str]], cookie: str | None) -> Code:
    """Checks what a browser brings back from the provider. Raises FlowRefused, StoreUnavailable."""
    said_twice = [name for name, times in Counter(name for name, _ in query).items() if times > 1]
    found = dict(query)
    if said_twice or _TOKENS & found.keys() or any(len(value) > _LONGEST for value in found.values()):
        raise refusal("url")
    state = found.get("state", "")
    payload = await kit.stored.tickets.take(_STATE, digest(state), kit.now())  # used up, whatever else is wrong
    if payload is None:
        raise refusal("state")
    kept = msgspec.json.decode(payload, type=State)
    if cookie is None or not hmac.compare_digest(digest(cookie), kept.browser):
        raise refusal("browser")
    settings = kit.catalog().providers.get(kept.link.provider)
    if settings is None:
        raise refusal("gone")
    _check_issuer(settings, found.get("iss"))
    if "error" in found:
        raise said(found["error"], found.get("error_description", ""))
    if not found.get("code"):
        raise refusal("url")
    verifier = _verifier(state, cookie)
    return Code(
        link=kept.link, scopes=kept.scopes, code=found["code"], verifier=verifier, redirect_uri=redirect_uri(kit)
    )


def _check_issuer(settings: Any, issuer: str | None) -> None:
    """RFC 9207: no answer of one provider is taken for another's.

    Where the config names the issuer, it has to be said, letter by letter; else one that is said has to be where the
    consent page is.
    """
    if settings.issuer is not None:
        if issuer != settings.issuer:
            raise refusal("issuer")
    elif issuer is not None and _origin(issuer) != _origin(settings.authorize):
        raise refusal("issuer")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", None, None


def _verifier(state: str, cookie: str) -> str:
    """43 characters (RFC 7636), which only this browser and the gateway can know together."""
    made = hmac.digest(cookie.encode(), b"verifier " + state.encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _page(settings: Any) -> str:
    """The consent page's address with what the config adds to it, but for what the flow itself says there."""
    url: str = settings.authorize
    parts = urlsplit(url)
    before = [field for field in parse_qsl(parts.query, keep_blank_values=True) if field[0] not in settings.extra]
    query = [field for field in (*before, *settings.extra.items()) if field[0] not in _OURS]
    return urlunsplit(parts._replace(query=urlencode(query)))
