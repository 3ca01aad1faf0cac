"""asyncio.timeout for stages that every call passes: the calls of a stage share one timer."""

import asyncio
from types import TracebackType

from gateway.overdue import Overdue


class Bound:
    """Cancels the task inside it when time is over, and raises TimeoutError in the place of that cancellation."""

    __slots__ = ("_cancelling", "_overdue", "_task", "expired")

    def __init__(self, overdue: "Overdue[Bound]") -> None:
        self._overdue = overdue
        self.expired = False

    def __enter__(self) -> None:
        self._overdue.add(self)
        task = asyncio.current_task(self._overdue.loop)
        assert task is not None  # noqa: S101 - a stage is awaited, so somebody runs it
        self._task = task
        self._cancelling = task.cancelling()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._overdue.discard(self)
        if not self.expired:
            return
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error  # nobody else has asked for the cancellation

    def expire(self) -> None:
        self.expired = True
        self._task.cancel()


class Bounds:
    """Makes the bounds of a stage, most of which give equally long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._overdue: Overdue[Bound] = Overdue(seconds, Bound.expire)

    def __call__(self, seconds: float) -> Bound:
        return Bound(self._overdue if seconds == self._seconds else Overdue(seconds, Bound.expire))
