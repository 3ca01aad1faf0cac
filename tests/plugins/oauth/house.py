"""A gateway of one config, without sockets: its real edge, store and vault, with a door for the scripted browser."""

import asyncio
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from gateway.callers.presented import user_of
from gateway.config.providers import Client, Provider
from gateway.contract import Call, Caller, Catalog, Declared, Handler, Kit, Page, Reply
from gateway.declared import Operation
from gateway.errors import Unauthenticated
from gateway.stores import Database, SqlStore
from gateway.stores.revisions import prepare
from gateway.units import Secret
from gateway.upstream import Engines, Fetching
from gateway.web.edge import Edge
from gateway.web.generation import Generation
from gateway.web.intake import Door
from gateway.web.pages import page_endpoints
from gateway_oauth.settings import OAuth, Stored
from gateway_vault.local import LocalVault
from gateway_vault.ring import Ring
from tests.kit import kit, operation

T = TypeVar("T")

PUBLIC = "https://gateway.test"
CALLBACK = f"{PUBLIC}/connect/callback"
_KEY = re.compile(rb"(crm|ops):[a-z -]*")
RETURN_TO = ("https://app.example/connected",)


def provider(**fields: Any) -> Provider:
    """One that asks nobody, unless the fields say otherwise."""
    usual = {"authorize": "https://login.example/authorize", "token": "https://login.example/token"}
    client = Client(id="gateway", secret=Secret("the-client's-secret"))
    return Provider(**{**usual, "client": client, "allow_private": True, **fields})


def declared(name: str, credential: Any, scopes: tuple[str, ...] = ()) -> Declared:
    """An integration with one endpoint, which needs `scopes`."""
    served: Operation = operation(integration=name, scopes=scopes)
    return Declared(name=name, title=name.replace("-", " ").title(), credential=credential, operations=(served,))


def catalog(**providers: Provider) -> Catalog:
    """A calendar and mail at `acme`, whose scopes add up; a voice service with each user's own key."""
    integrations = {
        "acme-calendar": OAuth(provider="acme", scopes=("calendar.events",)),
        "acme-mail": OAuth(provider="acme", scopes=("mail.send", "calendar.events")),
        "voice": Stored(),
        "crm": None,
    }
    return Catalog(
        integrations={name: declared(name, credential) for name, credential in integrations.items()},
        providers={"acme": provider(), **providers},
        public_url=PUBLIC,
        return_to=RETURN_TO,
    )


class House:
    """`url` of the pages is PUBLIC; `run` runs what is awaited in the gateway's own loop; `later` moves its clock."""

    def __init__(
        self, runner: asyncio.Runner, world: Kit, pages: tuple[Page, ...], folder: Path, what: Catalog
    ) -> None:
        self.folder, self.what = folder, what
        self._runner = runner
        self._ahead = 0.0
        self.kit = msgspec.structs.replace(world, now=lambda: world.now() + self._ahead, catalog=lambda: self.what)
        self._edge = Edge(_generation(pages, self.kit), self.kit.clock)

    def run(self, work: Any) -> Any:
        return self._runner.run(work)

    def later(self, seconds: float) -> None:
        self._ahead += seconds

    def until(self, at: float) -> None:
        """Moves its clock to a time, in seconds since 1970."""

        async def now() -> float:
            return self.kit.now()

        self.later(at - self.run(now()))

    def allow_return(self, *listed: str) -> None:
        """From now on to these alone, as after a reload."""
        self.what = msgspec.structs.replace(self.what, return_to=listed)

    def serve_only(self, name: str, *, scopes: tuple[str, ...]) -> None:
        """From now on this integration of `acme` alone, as after a reload."""
        found = {name: declared(name, OAuth(provider="acme", scopes=scopes))}
        self.what = msgspec.structs.replace(self.what, integrations=found)

    def serve(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(_asked(self._edge, request))

    @property
    def doors(self) -> Mapping[str, httpx.BaseTransport]:
        """For a browser."""
        return {PUBLIC: httpx.MockTransport(self.serve)}

    def caller(self, name: str = "crm", *, user: str = "", may: str = "act-as") -> httpx.Client:
        """A caller with a key; `may` are the words among its scopes."""
        fields = {"x-api-key": f"{name}:{may}", **({"x-gateway-user": user} if user else {})}
        return httpx.Client(base_url=PUBLIC, transport=httpx.MockTransport(self.serve), headers=fields)

    def link(self, user: str = "ann", *, provider: str = "acme", **more: str) -> str:
        with self.caller(user=user) as caller:
            answer = caller.post("/connect-links", json={"provider": provider, **more})
        assert answer.status_code == 201, answer.text
        url: str = answer.json()["connect_url"]
        return url


async def recognised(call: Call, forward: Handler) -> Reply:
    """In the place of the stage that knows keys: `name:word word`."""
    shown = call.header(b"x-api-key")
    if shown is None or not _KEY.fullmatch(shown):
        raise Unauthenticated("send the key as `X-API-Key`")
    name, _, words = shown.decode().partition(":")
    who = Caller(name, call.caller.address, user_of(call.headers), frozenset(words.split()))
    return await forward(msgspec.structs.replace(call, caller=who))


@contextmanager
def house(folder: Path, empty: Path, pages: tuple[Page, ...], what: Catalog) -> Iterator[House]:
    with asyncio.Runner() as runner:
        engines = Engines("httpx")
        world = runner.run(_world(folder, empty, engines))
        try:
            yield House(runner, world, pages, folder, what)
        finally:
            runner.run(engines.close())
            runner.run(world.stored.database.close())  # type: ignore[attr-defined] # the store is a real one


async def empty_store(folder: Path) -> Path:
    """A database with nothing in it but its tables, to be copied."""
    database = Database(f"sqlite:///{folder}/empty.db")
    await prepare(database)
    await database.close()
    return folder / "empty.db"


async def _world(folder: Path, empty: Path, engines: Engines) -> Kit:
    database = Database(f"sqlite:///{shutil.copy(empty, folder / 'gateway.db')}")
    vault = LocalVault(Ring("k1", {"k1": bytes(32)}))
    return kit(stored=SqlStore(database), vault=vault, fetch=Fetching(engines.get, anywhere=True))


def _generation(pages: tuple[Page, ...], world: Kit) -> Generation:
    async def nowhere(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    door = Door(body_limit=64 * 1024, keyless=False)
    return Generation(page_endpoints(pages, world, recognised), nowhere, door, PUBLIC)


async def _asked(edge: Edge, request: httpx.Request) -> httpx.Response:
    sent: list[dict[str, Any]] = []
    incoming = iter([{"type": "http.request", "body": request.read(), "more_body": False}])

    async def receive() -> dict[str, Any]:
        message = next(incoming, None)
        if message is None:
            await asyncio.Event().wait()
        return message or {}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    path, _, query = request.url.raw_path.partition(b"?")
    scope = {
        "type": "http",
        "method": request.method,
        "path": request.url.path,
        "raw_path": path,
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 0),
    }
    await edge(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=body)
