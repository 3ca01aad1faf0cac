"""Several processes with one cache in common, in virtual time, and what may happen between them."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from gateway import Call, Caller, Duration, Handler, Kit, NotShared, Pace, Reply, Shared, Taken
from gateway.shared import Heard
from gateway.sharing import Memory
from gateway_policies import cache
from gateway_policies.cache import Cache
from tests.kit import call, clock, kit, pipeline, site

SETTINGS = Cache(ttl=Duration(60), stale_if_error=Duration(600), tags=("contacts",))


class Vendor:
    """Answers with the user and the number of the request; `failure` and `reply` are what it does instead."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.asked = 0
        self.seconds = seconds
        self.failure: BaseException | None = None
        self.reply: Reply | None = None

    async def __call__(self, call: Call) -> Reply:
        self.asked += 1
        number, failure, reply = self.asked, self.failure, self.reply
        await asyncio.sleep(self.seconds)
        if failure is not None:
            raise failure
        return reply or Reply(200, ((b"content-type", b"text/plain"),), f"{call.caller.user} {number}".encode())


class Common(Memory):
    """What all have in common; remembers what it was `given` and answers with what is there `instead`."""

    def __init__(self) -> None:
        super().__init__(clock, alone=False)
        self.given: dict[str, bytes] = {}
        self.instead: dict[str, bytes] = {}

    async def get(self, name: str) -> bytes | None:
        return self.instead.get(name) or await super().get(name)

    async def put(self, name: str, value: bytes, seconds: float, *, absent: bool = False) -> bool:
        self.given[name] = value
        return await super().put(name, value, seconds, absent=absent)

    def forget(self, name: str) -> None:
        """As a full redis does with what was not looked at for long."""
        self._numbers = {known: number for known, number in self._numbers.items() if name not in known}


class Way:
    """One process's way to the others: it may be lost, slow, or lose news; `asked` is what went along it."""

    alone = False

    def __init__(self, common: Shared) -> None:
        self.common = common
        self.lost = False
        self.deaf = False
        self.slow = 0.0
        self.asked: list[str] = []
        self._ears: list[Heard] = []

    def back(self) -> None:
        """After a connection that was lost, some news may have been, too."""
        self.lost = self.deaf = False
        for heard in self._ears:
            heard(None)

    async def get(self, name: str) -> bytes | None:
        await self._go("get")
        return await self.common.get(name)

    async def put(self, name: str, value: bytes, seconds: float, *, absent: bool = False) -> bool:
        await self._go("put")
        return await self.common.put(name, value, seconds, absent=absent)

    async def drop(self, name: str) -> None:
        await self._go("drop")
        await self.common.drop(name)

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        self._reach("claim")
        granted = await self.common.claim(name, owner, seconds, places)
        await asyncio.sleep(self.slow)  # done before its answer is here
        return granted

    async def release(self, name: str, owner: str) -> None:
        await self._go("release")
        await self.common.release(name, owner)

    async def take(self, name: str, pace: Pace, most: int = 1, least: int | None = None) -> Taken:
        raise NotShared

    async def give_back(self, name: str, pace: Pace, amount: int) -> None:
        raise NotShared

    async def add(self, name: str, amount: int, seconds: float) -> int:
        await self._go("add")
        return await self.common.add(name, amount, seconds)

    def tell(self, channel: str, message: bytes) -> None:
        if not self.lost:
            self.common.tell(channel, message)

    def listen(self, channel: str, heard: Heard) -> Callable[[], None]:
        def hear(message: bytes | None) -> None:
            if not (self.lost or self.deaf):
                heard(message)

        self._ears.append(heard)
        return self.common.listen(channel, hear)

    async def _go(self, what: str) -> None:
        self._reach(what)
        await asyncio.sleep(self.slow)

    def _reach(self, what: str) -> None:
        self.asked.append(what)
        if self.lost:
            raise NotShared


class Process:
    """One endpoint that reads and one that writes."""

    def __init__(
        self,
        common: Common,
        vendor: Handler,
        settings: Cache = SETTINGS,
        *,
        user_bound: bool = False,
        secret: bytes = b"s",
        now: float = 1_800_000_000.0,
    ) -> None:
        self.way = Way(common)
        self.kit: Kit = msgspec.structs.replace(kit(shared=self.way, now=now), secret=secret)
        at = site(user_bound=user_bound)
        self.asking = pipeline(cache.policy, settings, vendor, at=at, using=self.kit)
        writes = site(name="write", method="POST", invalidates=("contacts",))
        self.writing = pipeline(cache.policy, None, _done, at=writes, using=self.kit)

    async def ask(self, user: str | None = None, **fields: Any) -> Reply:
        return await self.asking(call(caller=Caller("app", "192.0.2.1", user), **fields))

    async def read(self, user: str | None = None, **fields: Any) -> bytes:
        reply = await self.ask(user, **fields)
        assert isinstance(reply.body, bytes)
        return reply.body

    async def write(self) -> None:
        await self.writing(call(endpoint="crm.write", method="POST"))

    async def page(self, payload: Any = msgspec.UNSET, method: str = "POST") -> Any:
        page = next(page for page in cache.policy.pages if page.method == method)
        reply = await page.build(self.kit)(call(payload=payload))
        assert isinstance(reply.body, bytes)
        return msgspec.json.decode(reply.body)


async def _done(call: Call) -> Reply:
    return Reply(200)


def company(vendor: Handler, size: int = 3, **fields: Any) -> tuple[Common, list[Process]]:
    common = Common()
    return common, [Process(common, vendor, **fields) for _ in range(size)]


async def settled() -> None:
    """Whatever nobody waits for is done."""
    await asyncio.sleep(0.01)
