"""One fetch at a time for one thing, however many wait for it: a task of its own, which ends with its last waiter."""

import asyncio
from collections.abc import Coroutine, Hashable
from functools import partial
from typing import Any, Generic, TypeVar

from gateway.errors import ShuttingDown

T = TypeVar("T")


class Flight(Generic[T]):
    """A fetch under way. One in the background goes on without waiters; nobody joins it any more after `until`."""

    __slots__ = ("background", "key", "task", "until", "waiters")

    def __init__(self, key: Hashable, task: asyncio.Task[T], *, until: float, background: bool) -> None:
        self.key = key
        self.task = task
        self.until = until
        self.background = background
        self.waiters = 0


class Flights(Generic[T]):
    """The fetches under way, by what they fetch."""

    def __init__(self) -> None:
        self._joinable: dict[Hashable, Flight[T]] = {}
        self._all: set[Flight[T]] = set()  # the loop alone would not keep a task alive

    def __len__(self) -> int:
        return len(self._all)

    def find(self, key: Hashable, now: float) -> Flight[T] | None:
        """The fetch to join. One that outlived its own caller's deadline may hang: whoever comes then starts anew."""
        found = self._joinable.get(key)
        return found if found is not None and now < found.until else None

    def begin(
        self, key: Hashable, fetch: Coroutine[Any, Any, T], *, until: float, background: bool = False
    ) -> Flight[T]:
        replaced = self._joinable.get(key)
        flight = Flight(key, asyncio.get_running_loop().create_task(fetch), until=until, background=background)
        self._joinable[key] = flight
        self._all.add(flight)
        flight.task.add_done_callback(partial(self._landed, flight))
        if replaced is not None and not replaced.waiters:
            replaced.task.cancel()
        return flight

    async def land(self, flight: Flight[T], patience: float | None = None) -> T | None:
        """What the fetch brings; None where it is not there within `patience` seconds.

        A waiter who is cancelled leaves the fetch to the others. What the fetch raises is raised anew for each.
        """
        flight.waiters += 1
        try:
            await asyncio.wait((flight.task,), timeout=patience)
        finally:
            flight.waiters -= 1
            self._leave(flight)
        if not flight.task.done():
            return None
        if flight.task.cancelled():
            raise ShuttingDown("the fetch of this answer was given up")
        error = flight.task.exception()
        if error is not None:
            raise again(error) from error
        return flight.task.result()

    def close(self) -> None:
        for flight in self._all:
            flight.task.cancel()

    def _leave(self, flight: Flight[T]) -> None:
        if flight.waiters or flight.task.done():
            return
        joinable = self._joinable.get(flight.key) is flight
        if flight.background and joinable:
            return
        if joinable:
            del self._joinable[flight.key]  # at once: who comes now must not join a fetch that is ending
        flight.task.cancel()

    def _landed(self, flight: Flight[T], task: asyncio.Task[T]) -> None:
        self._all.discard(flight)
        if self._joinable.get(flight.key) is flight:
            del self._joinable[flight.key]
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report what nobody waits for


def again(error: BaseException) -> BaseException:
    """The same error as an object of the waiter's own.

    Stages above add header fields to an error, and raising one object for everybody would lengthen its traceback with
    every waiter. The first object stays attached as the cause, with the traceback of the fetch.
    """
    own = type(error).__new__(type(error), *error.args)
    own.__dict__.update(error.__dict__)
    return own
