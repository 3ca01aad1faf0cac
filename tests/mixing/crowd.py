"""A hundred callers who ask several processes at once, often leave early, and look at whose answer they get."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec

from gateway import Call, Caller, Duration, Handler, Kit, Reply, Trail
from gateway.errors import UpstreamReset
from gateway_policies import cache
from gateway_policies.cache import Cache
from gateway_policies.cache_store import CacheStore
from tests.kit import pipeline, site

USERS = 100
PAGES = 2
AT_ONCE = 200
"""Callers who wait at one time."""
LEAVING, WRITING = 0.2, 0.002
SETTINGS = Cache(
    ttl=Duration(0.5),
    stale_while_revalidate=Duration(0.2),
    stale_if_error=Duration(1.0),
    methods=("GET", "POST"),
    vary=("x-region",),
    tags=("notes",),
)
READS = {"mine": ("GET", True), "search": ("POST", True), "everybodys": ("GET", False)}
"""Endpoints: the method, and whether the credential is the user's."""


class Vendor:
    """Says whose credential, which page and which region he was asked with; a few times he fails instead."""

    def __init__(self, chance: Random) -> None:
        self.asked = 0
        self._chance = chance

    async def __call__(self, call: Call) -> Reply:
        self.asked += 1
        await asyncio.sleep(self._chance.random() * 0.01)
        if self._chance.random() < 0.02:
            raise UpstreamReset
        return Reply(200, ((b"content-type", b"text/plain"),), mark(call).encode())


def mark(call: Call) -> str:
    """What nobody else may get the answer to."""
    user = call.caller.user if READS[call.endpoint.partition(".")[2]][1] else "everybody"
    region = call.header(b"x-region") or b""
    return f"{call.endpoint} {user} {call.path['id']} {region.decode()} {bytes(call.body).decode()}"  # type: ignore[arg-type]  # never a stream here


class Process:
    """The endpoints of one process, and what it has under way."""

    def __init__(self, kit: Kit, vendor: Handler) -> None:
        self.reads = {
            f"crm.{name}": pipeline(
                cache.policy, SETTINGS, vendor, at=site(name=name, method=method, user_bound=bound), using=kit
            )
            for name, (method, bound) in READS.items()
        }
        writes = site(name="write", method="PUT", invalidates=("notes",))
        self.write = pipeline(cache.policy, None, _done, at=writes, using=kit)
        self.store = kit.keep(("cache",), CacheStore)


async def _done(call: Call) -> Reply:
    return Reply(204)


class Crowd:
    """`tally` counts what came of the requests, `wrong` are answers that were for somebody else."""

    def __init__(self, kits: Sequence[Kit], chance: Random) -> None:
        self.tally: Counter[str] = Counter()
        self.wrong: list[tuple[str, bytes]] = []
        self.vendor = Vendor(chance)
        self._clock = kits[0].clock
        self._chance = chance
        self._processes = [Process(kit, self.vendor) for kit in kits]

    async def ask(self, requests: int) -> None:
        await asyncio.gather(*(self._one_after_the_other(requests // AT_ONCE) for _ in range(AT_ONCE)))

    @property
    def under_way(self) -> int:
        return sum(len(process.store.flights) for process in self._processes)

    async def _one_after_the_other(self, requests: int) -> None:
        for _ in range(requests):
            process = self._chance.choice(self._processes)
            if self._chance.random() < WRITING:
                await process.write(self._call("crm.write", "PUT"))
                continue
            endpoint = self._chance.choice(list(process.reads))
            asked = self._call(endpoint, READS[endpoint.partition(".")[2]][0])
            await self._look(asked, asyncio.ensure_future(process.reads[endpoint](asked)))

    async def _look(self, asked: Call, answer: "asyncio.Future[Reply]") -> None:
        leaves = self._chance.random() < LEAVING
        await asyncio.wait((answer,), timeout=self._chance.random() * 0.005 if leaves else None)
        if answer.cancel():
            await asyncio.wait((answer,))
            self.tally["left"] += 1
        elif isinstance(answer.exception(), UpstreamReset):
            self.tally["failed"] += 1
        else:
            self._compare(asked, answer.result())

    def _compare(self, asked: Call, reply: Reply) -> None:
        self.tally["hit" if b"hit" in (reply.header(b"cache-status") or b"") else "fetched"] += 1
        if reply.body != mark(asked).encode():
            self.wrong.append((mark(asked), bytes(reply.body)))  # type: ignore[arg-type]  # never a stream here

    def _call(self, endpoint: str, method: str) -> Call:
        chance = self._chance
        headers: list[tuple[bytes, bytes]] = [(b"accept-language", chance.choice((b"de", b"en")))]
        if chance.random() < 0.3:
            headers.append((b"x-region", chance.choice((b"eu", b"us"))))
        caller = Caller(chance.choice(("app", "web")), "192.0.2.1", f"user {chance.randrange(USERS)}")
        fields: dict[str, Any] = {"body": b'{"q":%d}' % chance.randrange(2)} if method == "POST" else {}
        return Call(
            endpoint=endpoint,
            method=method,
            caller=caller,
            correlation_id="c",
            trail=Trail(self._clock),
            path={"id": str(chance.randrange(PAGES))},
            headers=tuple(headers),
            **fields,
        )


def kits_of(kit: Kit, ways: Sequence[Any]) -> list[Kit]:
    """A process's kit for each way to the others; one secret for all."""
    kept: list[Kit] = []
    for way in ways:
        found: dict[Any, Any] = {}
        keep = _keeping(found)
        kept.append(msgspec.structs.replace(kit, shared=way, keep=keep, secret=b"one secret for all"))
    return kept


def _keeping(kept: dict[Any, Any]) -> Any:
    def keep(key: Any, make: Any) -> Any:
        if key not in kept:
            kept[key] = make()
        return kept[key]

    return keep
