"""Tokens dealt with by hand, for tests of the flow: what a provider gives is whatever the test says."""

from typing import Any
from urllib.parse import urlencode

import msgspec

from gateway.contract import Kit
from gateway.stored import Connection
from gateway_oauth.flow import Code
from gateway_oauth.keeping import Dealings, Given
from gateway_oauth.refusals import refusal

MARK = "mark-of-the-token"


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """What was given for a code."""

    access: str = MARK
    scopes: tuple[str, ...] = ("calendar.events", "mail.send")
    expires_at: float | None = 1_900_000_000.0


class Provided:
    """A provider's side: `codes` are those that were brought; gives `handed`, or raises it."""

    def __init__(self, handed: Handed | Exception | None = None) -> None:
        self.handed = handed or Handed()
        self.codes: list[Code] = []
        self.revoked: list[str] = []
        self.changed: list[str] = []

    @property
    def dealings(self) -> Dealings:
        return Dealings(
            exchange=self._exchange,
            seal=_seal,
            refresh=_unchanged,
            revoke=self._revoke,
            secret=lambda secret: Handed(access=secret, scopes=(), expires_at=None),
            changed=lambda _, connection: self.changed.append(connection.id),
        )

    async def _exchange(self, _: Kit, __: Any, code: Code) -> Given:
        self.codes.append(code)
        if isinstance(self.handed, Exception):
            raise self.handed
        return self.handed

    async def _revoke(self, _: Kit, connection: Connection) -> bool:
        self.revoked.append(connection.id)
        return True


async def asked_for_real(kit: Kit, settings: Any, code: Code) -> Given:
    """At the provider's own token endpoint."""
    form = {
        "grant_type": "authorization_code",
        "code": code.code,
        "redirect_uri": code.redirect_uri,
        "code_verifier": code.verifier,
        "client_id": settings.client.id,
        "client_secret": str(settings.client.secret),
    }
    headers = ((b"content-type", b"application/x-www-form-urlencoded"),)
    reply = await kit.fetch("POST", settings.token, headers=headers, body=urlencode(form).encode(), allow_private=True)
    if reply.status != 200:
        raise refusal("code")
    assert isinstance(reply.body, bytes)
    found = msgspec.json.decode(reply.body)
    ends = kit.now() + found["expires_in"]
    return Handed(access=found["access_token"], scopes=tuple(found["scope"].split()), expires_at=ends)


async def _seal(kit: Kit, given: Given, connection: Connection) -> bytes:
    bound = f"{connection.provider}|{connection.user}|{connection.version}".encode()
    return await kit.vault.seal(msgspec.json.encode(given), bound)


async def _unchanged(_: Kit, connection: Connection) -> Connection:
    return connection
