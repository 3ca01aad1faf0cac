"""A cache that several processes have in common: one fetch for all, dropped for all, a user's own for nobody else."""

import asyncio
from typing import Any

import msgspec
import pytest

from gateway import Call, Caller, Duration, NotShared, Reply
from gateway.errors import InvalidRequest, UpstreamReset
from gateway.sharing import Memory
from gateway_policies import cache
from gateway_policies.cache import Cache
from tests.kit import call, clock, kit, pipeline, run, site

SETTINGS = Cache(ttl=Duration(60), stale_if_error=Duration(600), tags=("contacts",))


class Vendor:
    def __init__(self, seconds: float = 0.0) -> None:
        self.asked = 0
        self.seconds = seconds
        self.failure: Exception | None = None

    async def __call__(self, call: Call) -> Reply:
        self.asked += 1
        number, failure = self.asked, self.failure
        await asyncio.sleep(self.seconds)
        if failure is not None:
            raise failure
        return Reply(200, ((b"content-type", b"text/plain"),), f"{call.caller.user} {number}".encode())


class Lossy(Memory):
    """Shared state that counts what it is asked, remembers what it was given, and can be out of reach."""

    lost = False
    asked = 0

    def __init__(self) -> None:
        super().__init__(clock, alone=False)
        self.given: dict[str, bytes] = {}
        self.instead: dict[str, bytes] = {}

    async def get(self, name: str) -> bytes | None:
        self._reach()
        return self.instead.get(name) or await super().get(name)

    async def put(self, name: str, value: bytes, seconds: float, *, absent: bool = False) -> bool:
        self._reach()
        self.given[name] = value
        return await super().put(name, value, seconds, absent=absent)

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        self._reach()
        return await super().claim(name, owner, seconds, places)

    async def add(self, name: str, amount: int, seconds: float) -> int:
        self._reach()
        return await super().add(name, amount, seconds)

    def tell(self, channel: str, message: bytes) -> None:
        if not self.lost:
            super().tell(channel, message)

    def miss(self) -> None:
        """As after a connection that was lost: some news may have been, too."""
        self._ears.missed()

    def _reach(self) -> None:
        self.asked += 1
        if self.lost:
            raise NotShared


class Process:
    def __init__(self, shared: Memory, vendor: Vendor, *, user_bound: bool = False, secret: bytes = b"s") -> None:
        self.kit = msgspec.structs.replace(kit(shared=shared), secret=secret)
        at = site(user_bound=user_bound)
        self.reading = pipeline(cache.policy, SETTINGS, vendor, at=at, using=self.kit)
        writes = site(name="write", method="POST", invalidates=("contacts",))
        self.writing = pipeline(cache.policy, None, _done, at=writes, using=self.kit)

    async def read(self, user: str | None = None, **fields: Any) -> bytes:
        reply = await self.reading(call(caller=Caller("app", "192.0.2.1", user), **fields))
        assert isinstance(reply.body, bytes)
        return reply.body

    async def write(self) -> None:
        await self.writing(call(endpoint="crm.write", method="POST"))

    async def page(self, payload: Any) -> Any:
        page = next(page for page in cache.policy.pages if page.method == "POST")
        reply = await page.build(self.kit)(call(payload=payload))
        assert isinstance(reply.body, bytes)
        return msgspec.json.decode(reply.body)


async def _done(call: Call) -> Reply:
    return Reply(200)


def company(vendor: Vendor, size: int = 3, **fields: Any) -> tuple[Lossy, list[Process]]:
    shared = Lossy()
    return shared, [Process(shared, vendor, **fields) for _ in range(size)]


def test_what_one_has_fetched_the_others_have() -> None:
    async def main() -> None:
        vendor = Vendor()
        shared, (first, second, third) = company(vendor)
        assert await first.read() == await second.read() == await third.read() == b"None 1"
        asked = shared.asked
        assert await second.read() == b"None 1"
        assert shared.asked == asked  # what a process has itself asks nobody

    run(main())


def test_many_callers_of_many_processes_are_one_fetch() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        _, processes = company(vendor)
        found = await asyncio.gather(*(processes[number % 3].read() for number in range(60)))
        assert set(found) == {b"None 1"}
        assert vendor.asked == 1

    run(main())


def test_it_says_where_it_came_from_and_how_old_it_is() -> None:
    async def main() -> None:
        _, (first, second, _) = company(Vendor())
        await first.read()
        await asyncio.sleep(7)
        reply = await second.reading(call(caller=Caller("app", "192.0.2.1", None)))
        assert reply.header(b"cache-status") == b"gateway; hit; ttl=53"
        assert reply.header(b"age") == b"7"

    run(main())


def test_a_write_drops_it_everywhere_at_once() -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, third) = company(vendor)
        for process in (first, second, third):
            await process.read()
        await third.write()
        assert await first.read() == await second.read() == await third.read() == b"None 2"

    run(main())


def test_a_fetch_from_before_a_write_is_kept_nowhere() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1.0)
        shared, (first, second, third) = company(vendor)
        slow = asyncio.ensure_future(first.read())
        await asyncio.sleep(0.5)
        await second.write()
        assert await slow == b"None 1"
        assert await third.read() == await first.read() == b"None 2"
        late = Process(shared, vendor)
        assert await late.read() == b"None 2"

    run(main())


def test_what_may_have_been_missed_counts_as_dropped() -> None:
    async def main() -> None:
        vendor = Vendor()
        shared, (first, second, _) = company(vendor)
        await first.read()
        await second.read()
        shared.tell = lambda channel, message: None  # type: ignore[method-assign]  # news that get lost
        await first.write()
        assert await second.read() == b"None 1"
        shared.miss()
        assert await second.read() == b"None 2"

    run(main())


def test_a_process_that_died_while_fetching_is_not_waited_for_for_ever() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=1e6)
        _, (first, second, _) = company(vendor)
        dead = asyncio.ensure_future(first.read())
        await asyncio.sleep(1)
        vendor.seconds = 0
        began = clock()
        assert await second.read() == b"None 2"
        assert clock() - began <= 10
        dead.cancel()

    run(main())


def test_a_failed_fetch_lets_the_others_try_at_once() -> None:
    async def main() -> None:
        vendor = Vendor(seconds=0.1)
        vendor.failure = UpstreamReset()
        _, (first, second, _) = company(vendor)
        failing = asyncio.ensure_future(first.read())
        await asyncio.sleep(0.05)
        vendor.failure = None
        began = clock()
        assert await second.read() == b"None 2"
        assert clock() - began < 0.4
        with pytest.raises(UpstreamReset):
            await failing

    run(main())


def test_without_the_others_each_fetches_for_itself() -> None:
    async def main() -> None:
        vendor = Vendor()
        shared, (first, second, _) = company(vendor)
        shared.lost = True
        assert (await first.read(), await second.read(), await first.read()) == (b"None 1", b"None 2", b"None 1")
        await first.write()
        assert await first.read() == b"None 3"
        shared.lost = False
        shared.miss()
        assert await first.read() == await second.read() == b"None 4"

    run(main())


def test_a_users_answers_are_sealed_and_nobody_elses() -> None:
    async def main() -> None:
        vendor = Vendor()
        shared, (first, second, _) = company(vendor, user_bound=True)
        assert (await first.read("ann"), await first.read("bob")) == (b"ann 1", b"bob 2")
        assert (await second.read("ann"), await second.read("bob")) == (b"ann 1", b"bob 2")
        assert shared.given
        assert not any(b"ann" in value or b"bob" in value for value in shared.given.values())
        other = Process(shared, vendor, user_bound=True, secret=b"another gateway's")
        assert await other.read("ann") == b"ann 3"

    run(main())


def test_an_answer_under_anothers_name_is_no_answer() -> None:
    async def main() -> None:
        vendor = Vendor()
        shared, (first, second, _) = company(vendor)
        await first.read(path={"id": "1"})
        await first.read(path={"id": "2"})
        (one, value), (other, foreign) = shared.given.items()
        shared.instead = {one: foreign, other: b"\xc1 damaged"}
        assert await second.read(path={"id": "1"}) == b"None 3"
        assert await second.read(path={"id": "2"}) == b"None 4"
        assert value != foreign

    run(main())


@pytest.mark.parametrize(
    "payload",
    [
        {"integration": "crm"},
        {"integration": "crm", "tags": ["contacts"]},
        {"endpoint": "crm.list_contacts"},
        {"everything": True},
    ],
)
def test_an_operator_drops_it_everywhere(payload: Any) -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, third) = company(vendor)
        for process in (first, second, third):
            await process.read()
        assert (await third.page(payload))["purged"]
        assert await first.read() == await second.read() == await third.read() == b"None 2"

    run(main())


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (msgspec.UNSET, "Expected `object`"),
        ({}, "say one of `integration`, `endpoint` and `everything`"),
        ({"tags": ["a"], "everything": True}, "`tags` are those of an `integration`"),
        ({"integration": "cms"}, "no cached endpoint carries `cms/*`"),
        ({"integration": "crm", "tags": ["deals"]}, "no cached endpoint carries `crm/deals`"),
        ({"endpoint": "crm.nothing"}, "no cached endpoint carries `crm/@crm.nothing`"),
    ],
)
def test_what_cannot_be_dropped_is_told(payload: Any, said: str) -> None:
    async def main() -> None:
        _, (first, *_) = company(Vendor())
        with pytest.raises(InvalidRequest) as refused:
            await first.page(payload)
        assert said in refused.value.violations[0].detail

    run(main())
