"""A token server as a function, a real store, and a vendor: what the plugin's stages meet."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from gateway.contract import Call, Caller, Catalog, Handler, Kit, Reply
from gateway.errors import GatewayError
from gateway.shared import Shared
from gateway.stored import Connection
from gateway.stores import Database, SqlStore
from gateway.stores.revisions import prepare
from gateway_oauth.manager import Manager, manager_of
from gateway_oauth.tokens import Tokens, sealed
from gateway_vault.local import LocalVault
from gateway_vault.ring import Ring
from tests.kit import call, kit
from tests.plugins.gateway_oauth.patient import PatientStore, outside, run
from tests.plugins.oauth.house import catalog

T = TypeVar("T")

KEY = ("acme", "ann")
HOUR = 3600.0

Answer = Reply | GatewayError | Callable[[], Awaitable[Reply]]


def granted(access: str = "new", **fields: Any) -> Reply:
    """As a provider that rotates answers; a field that is None is left out."""
    found = {"access_token": access, "token_type": "Bearer", "expires_in": 3600, "refresh_token": f"r-{access}"}
    return Reply(200, (), json.dumps({n: v for n, v in {**found, **fields}.items() if v is not None}).encode())


def error(code: str, status: int = 400) -> Reply:
    return Reply(status, (), json.dumps({"error": code}).encode())


class TokenServer:
    """Gives `answers` in turn, and the last of them for ever; `asked` are the forms that came, and when."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []
        self.headers: list[Any] = []

    async def fetch(self, method: str, url: str, *, headers: Any = (), body: bytes = b"", **_: Any) -> Reply:
        self.asked.append(body)
        self.headers.append(dict(headers))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, GatewayError):
            raise answer
        return answer if isinstance(answer, Reply) else await answer()


class Vendor:
    """Answers with `statuses` in turn, and with the last of them for ever; `seen` are the Authorization fields."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses or (200,))
        self.seen: list[bytes | None] = []

    async def __call__(self, call: Call) -> Reply:
        self.seen.append(call.header(b"authorization"))
        return Reply(self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0], (), b"{}")


class World:
    """`kit` is one process; `other()` makes another one with the same store."""

    def __init__(
        self, store: PatientStore, server: TokenServer, what: Catalog, random: float, shared: Shared | None
    ) -> None:
        self._what, self._store, self._shared = what, store, shared
        self.server = server
        self.kit = self.other(server, random=random)

    def other(self, server: TokenServer, *, random: float = 0.5) -> Kit:
        vault = LocalVault(Ring("k1", {"k1": bytes(32)}))
        return kit(
            stored=self._store, vault=vault, fetch=server.fetch, catalog=self._what, random=random, shared=self._shared
        )

    @property
    def manager(self) -> Manager:
        return manager_of(self.kit)

    async def connect(self, access: str = "old", *, lasts: float | None = HOUR, refresh: str = "r-old") -> Connection:
        """Ann's connection, whose token was obtained now and lasts so long; one that she has already is replaced."""
        now = self.kit.now()
        ends = None if lasts is None else now + lasts
        tokens = Tokens(access=access, refresh=refresh, expires_at=ends, obtained_at=now)
        made = Connection(id="con_1", provider=KEY[0], user=KEY[1], status="active", scopes=("calendar.events",))
        made = msgspec.structs.replace(made, sealed=await sealed(self.kit, tokens, made), expires_at=ends)
        assert await self.kit.stored.connections.add(made)
        return made

    async def found(self) -> Connection:
        found = await self.kit.stored.connections.find(*KEY)
        assert found is not None
        return found

    async def access(self) -> str:
        return (await self.manager.get(KEY)).access.decode()


def within(
    folder: Path,
    work: Callable[[World], Awaitable[T]],
    *answers: Answer,
    what: Catalog | None = None,
    random: float = 0.5,
    shared: Shared | None = None,
) -> T:
    """Runs the work in virtual time; the token server gives these answers."""

    async def main() -> T:
        database = Database(f"sqlite:///{folder}/gateway.db")
        try:
            with outside():
                await prepare(database)
            store = PatientStore(SqlStore(database))
            world = World(store, TokenServer(*answers or (granted(),)), what or catalog(), random, shared)
            try:
                return await work(world)
            finally:
                await world.manager.access.finish()  # a look that nobody waits for would outlive the database
        finally:
            with outside():
                await database.close()

    return run(main())


def called(user: str | None = "ann", **fields: Any) -> Call:
    return call(caller=Caller("crm", "127.0.0.1", user), **fields)


def over(stage: Any, vendor: Handler) -> Handler:
    """The stage before that vendor."""

    async def handler(call: Call) -> Reply:
        reply: Reply = await stage(call, vendor)
        return reply

    return handler
