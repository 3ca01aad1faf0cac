"""The pages of the flow: the link, the way to the provider, the way back from it."""

import hmac
import math
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import msgspec

from gateway.callers.attempts import Attempts
from gateway.contract import Call, Catalog, Handler, Kit, Page, Reply
from gateway.errors import GatewayError
from gateway_oauth import flow, links, screens
from gateway_oauth.keeping import Dealings, keep
from gateway_oauth.refusals import FlowRefused, refusal
from gateway_oauth.returning import may_return
from gateway_oauth.scopes import OAUTH, asked, kind_of, missing, needing

Method = Literal["GET", "POST"]
Work = Callable[[Kit, Call], Awaitable[Reply]]
_OWN = frozenset({b"same-origin", b"none"})
_FORM = 1024


def pages_needed(catalog: Catalog) -> bool:
    """Where an integration is asked with a user's grant, users have to be able to give it."""
    return any(kind_of(item.credential) == OAUTH for item in catalog.integrations.values())


async def show_link(kit: Kit, call: Call) -> Reply:
    ticket = call.path["ticket"]
    link = await links.read(kit, ticket)
    if link is None:
        raise refusal("link")
    catalog = kit.catalog()
    if link.provider not in catalog.providers:
        raise refusal("gone")
    given = screens.cookie_of(call.header(b"cookie"), catalog.public_url)
    cookie = given if given is not None and flow.is_cookie(given) else flow.new_cookie()
    page = screens.consent_page(
        provider=titled(link.provider),
        host=urlsplit(catalog.providers[link.provider].authorize).hostname or "",
        application=await _application(kit, link.by),
        user=link.user,
        integrations=(item.title for item in needing(catalog, link.provider)),
        scopes=asked(catalog, link.provider),
        token=flow.form_token(cookie, ticket),
    )
    return screens.page_reply(page, cookie=screens.cookie_field(cookie, catalog.public_url), sends_form=True)


async def follow_link(kit: Kit, call: Call) -> Reply:
    """Only from the page itself: another site's form has neither its origin, nor the cookie, nor the token."""
    ticket, public_url = call.path["ticket"], kit.catalog().public_url
    cookie = screens.cookie_of(call.header(b"cookie"), public_url)
    if cookie is None or not _from_here(call, public_url) or not _has_token(call, flow.form_token(cookie, ticket)):
        raise refusal("page")
    begun = await flow.begin(kit, ticket, cookie)
    page = screens.forwarding_page(provider=titled(begun.provider), url=begun.url)
    return screens.page_reply(page, cookie=screens.cookie_field(cookie, public_url))


async def come_back(dealings: Dealings, kit: Kit, call: Call) -> Reply:
    catalog = kit.catalog()
    cookie = screens.cookie_of(call.header(b"cookie"), catalog.public_url)
    code = await flow.answered(kit, call.query, cookie)
    connection = await keep(kit, dealings, code, call)
    left_out = missing(code.scopes, connection.scopes)
    back = code.link.return_to if may_return(code.link.return_to, catalog.return_to) else ""
    if back and not left_out:
        return screens.leave(back)
    page = screens.connected_page(provider=titled(code.link.provider), user=code.link.user, missing=left_out, back=back)
    return screens.page_reply(page)


def titled(name: str) -> str:
    """A provider's name in the config, for people."""
    return name.replace("-", " ").replace("_", " ").title()


def _from_here(call: Call, public_url: str) -> bool:
    """A browser says where a form comes from; one that says nothing of it is an old one."""
    origin, site = call.header(b"origin"), call.header(b"sec-fetch-site")
    parts = urlsplit(public_url)
    expected = f"{parts.scheme}://{parts.netloc}".lower().encode()
    return (origin is None or origin.lower() == expected) and (site is None or site in _OWN)


def _has_token(call: Call, expected: str) -> bool:
    body = call.body if isinstance(call.body, bytes) else b""
    if len(body) > _FORM:
        return False
    given = parse_qs(body.decode("latin-1")).get("token", [""])
    return len(given) == 1 and hmac.compare_digest(given[0].encode(), expected.encode())


async def _application(kit: Kit, caller: str) -> str:
    """The name that the operator has given the caller's key."""
    key = await kit.stored.keys.find(caller)
    return caller if key is None else key.name


def _as_page(work: Work) -> Callable[[Kit], Handler]:
    """Whatever is wrong becomes a page: there is a person who reads it."""

    async def answered(kit: Kit, guesses: Attempts, call: Call) -> Reply:
        address = call.caller.address
        if (wait := guesses.wait(address)) > 0:
            return _refused(refusal("often"), (b"retry-after", b"%d" % math.ceil(wait)))
        try:
            return await work(kit, call)
        except FlowRefused as refused:
            if refused.guessed:
                guesses.failed(address)
            return _refused(refused)
        except GatewayError:
            return _refused(refusal("busy"))

    def build(kit: Kit) -> Handler:
        guesses = kit.keep(("connect", "guesses"), lambda: Attempts(kit.clock))
        return partial(answered, kit, guesses)

    return build


def _refused(shown: FlowRefused, *fields: tuple[bytes, bytes]) -> Reply:
    page = screens.page_reply(screens.refusal_page(title=shown.title, text=shown.text), status=shown.status)
    return msgspec.structs.replace(page, headers=(*page.headers, *fields))


def flow_pages(dealings: Dealings) -> tuple[Page, ...]:
    made: tuple[tuple[Method, str, str, Work], ...] = (
        ("GET", "/connect/callback", "Where providers send users back to", partial(come_back, dealings)),
        ("GET", "/connect/{ticket}", "Who asks for the user's consent, and for what", show_link),
        ("POST", "/connect/{ticket}", "On to the provider's consent page", follow_link),
    )
    return tuple(
        Page(method=method, path=path, summary=summary, build=_as_page(work), who="anyone", needed=pages_needed)
        for method, path, summary, work in made
    )
