"""Virtual time with a real database: the clock stands still while a thread works, and jumps where all of them wait."""

import asyncio
import selectors
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from gateway.stores import SqlStore
from tests.kit import VirtualLoop

T = TypeVar("T")


class _Patient(selectors.DefaultSelector):
    loop: "PatientLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.loop.busy and timeout != 0:
            return super().select(None)
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("every task waits for something that will never happen")
        if not ready and timeout:
            self.loop.elapsed += timeout
        return ready


class PatientLoop(VirtualLoop):
    """`busy` is how many things are under way outside of it."""

    def __init__(self) -> None:
        selector = _Patient()
        selector.loop = self
        self.elapsed, self.busy = 1000.0, 0
        asyncio.SelectorEventLoop.__init__(self, selector)


def run(main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        return runner.run(main)


@contextmanager
def outside() -> Iterator[None]:
    """What is awaited here takes no time."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, PatientLoop)
    loop.busy += 1
    try:
        yield
    finally:
        loop.busy -= 1


class _Part:
    def __init__(self, part: Any) -> None:
        self._part = part

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._part, name)

        async def called(*words: Any, **more: Any) -> Any:
            with outside():
                return await method(*words, **more)

        return called


class PatientStore:
    """A real store, for which the clock stands still."""

    def __init__(self, store: SqlStore) -> None:
        self.keys: Any = _Part(store.keys)
        self.connections: Any = _Part(store.connections)
        self.tickets: Any = _Part(store.tickets)
        self.audit: Any = _Part(store.audit)
        self.outbox: Any = _Part(store.outbox)
        self.ledger: Any = _Part(store.ledger)
