"""What is known of a request once it has its answer, and how those who tell of requests get hold of it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol

import msgspec
from prometheus_client import Counter, Gauge

from gateway.contract.call import Event
from gateway.contract.trace import Trace
from gateway.declared import Operation
from gateway.durations import Durations

LEFT = 499
"""The status of a request whose caller did not wait for the answer; nginx made it customary."""


class Finished(msgspec.Struct, frozen=True):
    """One request and what became of it.

    `operation` is None where no endpoint was found. `status` is what the caller got, `slug` the problem that he was
    told, if any; `caller` is empty where nobody found out who asks. `began` and `ended` are readings of Kit.clock;
    `upstream` are the seconds of it that the vendor had, in so many `attempts`. `stamped` tells that the answer carried
    its correlation id.
    """

    correlation_id: str
    operation: Operation | None
    method: str
    status: int
    slug: str
    caller: str
    address: str
    began: float
    ended: float
    events: Sequence[Event] = ()
    trace: Trace | None = None
    attempts: int = 0
    upstream: float = 0.0
    stamped: bool = True


Observe = Callable[[Sequence[Finished]], None]
"""Is given requests in the order in which they ended, several at a time and shortly after their answers; its time is
the event loop's, so it is spent in microseconds a request. One that has a `stop` is told when the application ends."""


class Metrics(Protocol):
    """The metrics of one process. The same name asked for again gives the same metric.

    `across` is what the values of several workers' gauges come to.
    """

    def counter(self, name: str, about: str, labels: Iterable[str] = ()) -> Counter: ...

    def gauge(
        self, name: str, about: str, labels: Iterable[str] = (), *, across: Literal["sum", "min", "max"]
    ) -> Gauge: ...

    def histogram(
        self, name: str, about: str, labels: Iterable[str] = (), *, buckets: Sequence[float]
    ) -> Durations: ...

    def at_scrape(self, what: str, refresh: Callable[[], None]) -> None:
        """From now on `refresh` is called before each reading, in the place of the one for the same `what`."""
        ...


class Workers(Protocol):
    """The workers of one gateway, asked together: whoever is asked for a page speaks for all of them."""

    def offer(self, what: str, tell: Callable[[str], bytes]) -> None:
        """From now on `gather(what, about)` of any worker is told `tell(about)` by this one."""
        ...

    async def gather(self, what: str, about: str = "") -> Sequence[bytes]:
        """What each of them tells, this one first; a worker that does not answer in time is left out.

        `what` is a short word, and both together have no more than 4,000 bytes.
        """
        ...
