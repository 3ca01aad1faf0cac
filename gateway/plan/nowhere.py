"""A world without store, vault and other servers: for looking at a config, where nobody is asked anything."""

from collections.abc import Sequence
from typing import NoReturn

from gateway.contract import Catalog, Reply, Unsealable
from gateway.errors import ConnectFailed, StoreUnavailable
from gateway.stored import Audit, By, Charge, Connections, Entry, Keys, Ledger, Outbox, Tickets


def _no_store() -> NoReturn:
    raise StoreUnavailable("nothing is stored here")


class NoAudit:
    """Where there is no database there is no trail."""

    async def note(self, entry: Entry) -> None:
        """Nobody reads it."""

    async def every(self, *, since: float = 0.0, action: str = "", most: int = 100) -> Sequence[Entry]:
        return ()


class NoLedger:
    """Where there is no database, nothing is added up."""

    def book(self, charge: Charge) -> None:
        """Nobody reads it."""

    async def totals(self, since: str, by: By, integration: str = "") -> Sequence[Charge]:
        return ()


class NoStore:
    """Every part of it is unavailable, but the audit trail and the ledger, which are empty."""

    @property
    def keys(self) -> Keys:
        _no_store()

    @property
    def connections(self) -> Connections:
        _no_store()

    @property
    def tickets(self) -> Tickets:
        _no_store()

    @property
    def audit(self) -> Audit:
        return NoAudit()

    @property
    def ledger(self) -> Ledger:
        return NoLedger()

    @property
    def outbox(self) -> Outbox:
        _no_store()


class NoVault:
    """Seals nothing and opens nothing."""

    async def seal(self, plain: bytes, bound: bytes) -> bytes:
        raise StoreUnavailable("there is no vault here")

    async def open(self, sealed: bytes, bound: bytes) -> bytes:
        raise Unsealable("there is no vault here")

    def stale(self, sealed: bytes) -> bool:
        return False

    def key_of(self, sealed: bytes) -> str:
        raise Unsealable("there is no vault here")


async def no_fetch(method: str, url: str, **_: object) -> Reply:
    raise ConnectFailed("nobody is asked from here")


def no_catalog() -> Catalog:
    return Catalog()
