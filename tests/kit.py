"""Time, chance and a minimal world for unit and policy tests: an event loop whose clock jumps instead of waiting."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping
from typing import Any, TypeVar

from gateway import Call, Caller, Handler, Kit, Operation, Policy, Reply, Shared, Site, Trail
from gateway.contract import SLOTS, Catalog, Fetch, TokenVault
from gateway.plan.nowhere import NoStore, NoVault, no_fetch
from gateway.sharing import Memory
from gateway.stored import Stored
from gateway.telemetry import Telemetry
from gateway.together import Together

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    """Never waits: where the loop would, its clock moves on instead."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("every task waits for something that will never happen")
        if not ready and timeout:
            self.loop.elapsed += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time: `asyncio.sleep(3600)` takes no time at all, and in the right order."""

    def __init__(self) -> None:
        selector = _Jumping()
        selector.loop = self
        self.elapsed = 1000.0
        super().__init__(selector)

    def time(self) -> float:
        return self.elapsed


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def clock() -> float:
    return asyncio.get_running_loop().time()


def kit(
    *,
    random: float = 0.5,
    now: float = 1_800_000_000.0,
    shared: Shared | None = None,
    stored: Stored | None = None,
    vault: TokenVault | None = None,
    fetch: Fetch = no_fetch,
    catalog: Catalog | None = None,
) -> Kit:
    """A Kit in virtual time; `random` is what chance always gives, `now` the wall clock when the loop starts."""
    kept: dict[Hashable, Any] = {}

    def keep(key: Hashable, make: Callable[[], T]) -> T:
        if key not in kept:
            kept[key] = make()
        found: T = kept[key]
        return found

    return Kit(
        clock=clock,
        now=lambda: now + clock() - 1000.0,
        sleep=asyncio.sleep,
        random=lambda: random,
        keep=keep,
        shared=shared or Memory(clock),
        stored=stored or NoStore(),
        vault=vault or NoVault(),
        fetch=fetch,
        catalog=lambda: catalog or Catalog(),
        metrics=Telemetry("", lambda: now),
        workers=Together(),
    )


def operation(**fields: Any) -> Operation:
    """GET /api/v1/crm/contacts, unless the fields say otherwise."""
    defaults: dict[str, Any] = {
        "integration": "crm",
        "name": "list_contacts",
        "method": "GET",
        "route": "/api/v1/crm/contacts",
        "upstream_method": fields.get("method", "GET"),
        "upstream": "/contacts",
        "base_url": "https://crm.example",
    }
    return Operation(**{**defaults, **fields})


def site(scope: str = "crm", **fields: Any) -> Site:
    return Site(operation=operation(**fields), scope=scope)


def call(**fields: Any) -> Call:
    """A call of `operation()` by one caller."""
    defaults: dict[str, Any] = {
        "endpoint": "crm.list_contacts",
        "method": "GET",
        "caller": Caller("ann", "127.0.0.1"),
        "correlation_id": "c-1",
        "trail": Trail(clock),
    }
    return Call(**{**defaults, **fields})


def pipeline(
    policy: Policy, settings: Any, send: Handler, *, at: Site | None = None, using: Kit | None = None
) -> Handler:
    """The policy's stages, in the order of the slots, over `send`."""
    stages: Mapping[str, Any] = policy.build(settings, at or site(), using or kit())
    handler = send
    for slot in reversed(SLOTS):
        if slot in stages:
            handler = _bind(stages[slot], handler)
    return handler


def _bind(stage: Any, forward: Handler) -> Handler:
    def bound(call: Call) -> Awaitable[Reply]:
        answer: Awaitable[Reply] = stage(call, forward)
        return answer

    return bound
