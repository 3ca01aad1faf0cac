"""Tokens dealt with by hand, for tests of the flow: what a provider gives is whatever the test says."""

from typing import Any

from gateway.contract import Kit
from gateway.stored import Connection
from gateway_oauth import tokens
from gateway_oauth.flow import Code
from gateway_oauth.keeping import Dealings
from gateway_oauth.tokens import Tokens

MARK = "mark-of-the-token"


def handed(*scopes: str, access: str = MARK) -> Tokens:
    """What is given for a code."""
    return Tokens(access=access, refresh=f"{MARK}-too", scopes=scopes, expires_at=1_900_000_000.0)


class Provided:
    """A provider's side: `codes` are those that were brought; gives `handed`, or raises it."""

    def __init__(self, given: Tokens | Exception | None = None) -> None:
        self.handed = given or handed("calendar.events", "mail.send")
        self.codes: list[Code] = []
        self.revoked: list[str] = []
        self.changed: list[str] = []

    @property
    def dealings(self) -> Dealings:
        return Dealings(
            exchange=self._exchange,
            seal=tokens.sealed,
            refresh=_unchanged,
            test=_unchanged,
            revoke=self._revoke,
            secret=tokens.secret,
            changed=lambda _, connection: self.changed.append(connection.id),
        )

    async def _exchange(self, _: Kit, __: Any, code: Code) -> Tokens:
        self.codes.append(code)
        if isinstance(self.handed, Exception):
            raise self.handed
        return self.handed

    async def _revoke(self, _: Kit, connection: Connection) -> bool:
        self.revoked.append(connection.id)
        return True


async def _unchanged(_: Kit, connection: Connection, __: str) -> Connection:
    return connection
