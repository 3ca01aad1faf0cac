"""The parts of tracing put together: what begins, what is kept of it, and where it goes."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from random import getrandbits

from gateway.contract import Finished, Headers, Kit, Observe, Observer
from gateway.tracing.asking import Asking, NotAsking
from gateway.tracing.exporting import Exporting, Kept, Send
from gateway.tracing.keeping import keeping
from gateway.tracing.sampling import Asked, Sampler, Traced
from gateway.tracing.settings import Settings, origin, read

DROPPED = "gateway_spans_dropped_total"


def tracing(environ: Mapping[str, str], version: str) -> "Tracing | Untraced":
    """As the environment says. Raises ValueError where a variable is not what it may be."""
    settings = read(environ)
    return Untraced() if settings is None else Tracing(settings, version, time.monotonic, time.time)


class Untraced:
    """What there is where nothing is traced: nothing."""

    asking = NotAsking()
    observers: Sequence[Observer] = ()

    @staticmethod
    def begin(headers: Headers) -> None:
        """No request has a place in a trace of ours; a caller's own passes on as any other field."""

    def start(self) -> None:
        """There is nothing to start."""

    async def close(self) -> None:
        """There is nothing to close."""


class Tracing:
    """Made where an application is; works from `start` to `close`, in the process that serves."""

    def __init__(self, settings: Settings, version: str, clock: Callable[[], float], now: Callable[[], float]) -> None:
        self._settings = settings
        self._version = version
        self._clock = clock
        self._now = now
        self._sampler = Sampler(settings.ratio, follows=settings.follows)
        self._dropped: Callable[[int], None] = _nobody
        self._public_url: Callable[[], str] = str
        self._exporting = Exporting(self._connect, self._drop, settings.soon, origin(settings.endpoint))
        self.begin: Callable[[Headers], Traced] = self._sampler.begin
        self.asking = Asking(self._sampler, clock, self._aside)
        self.observers = (Observer(name="traces", build=self._observe),)

    def start(self) -> None:
        self._exporting.start()

    async def close(self) -> None:
        await self._exporting.close()

    def _observe(self, kit: Kit) -> Observe:
        self._dropped = kit.metrics.counter(DROPPED, "Spans that no collector took in time").inc
        self._public_url = lambda: kit.catalog().public_url
        keeps, put = keeping(self._settings.slow), self._exporting.put

        def observe(batch: Sequence[Finished]) -> None:
            offset = self._now() - self._clock()
            for finished in batch:
                trace = finished.trace
                if not isinstance(trace, Traced):
                    continue
                trace.over = True
                if trace.sampled or keeps(finished):
                    put(Kept(trace, finished, trace.asked or (), offset))

        return observe

    def _aside(self, trace: Traced, asked: Asked) -> None:
        self._exporting.put(Kept(trace, None, (asked,), self._now() - self._clock()))

    def _drop(self, spans: int) -> None:
        self._dropped(spans)

    def _connect(self) -> Send:
        from gateway.tracing.exporters import Sending, exporter  # noqa: PLC0415 - what exports nothing imports nothing
        from gateway.tracing.spans import Spans  # noqa: PLC0415 - the same

        resource = {
            "service.version": self._version,
            "service.instance.id": str(uuid.uuid4()),
            "telemetry.sdk.language": "python",
            "telemetry.sdk.name": "opentelemetry",
            "telemetry.sdk.version": version("opentelemetry-sdk"),
            **self._settings.resource,
        }
        spans = Spans(resource, self._version, self._public_url, lambda: getrandbits(64))
        return Sending(spans, exporter(self._settings))


def _nobody(spans: int) -> None:
    """Nobody counts yet."""
