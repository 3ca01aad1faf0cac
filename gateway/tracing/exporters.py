"""The exporters of OpenTelemetry: imported only where spans are exported, and gRPC only where it is asked for."""

import logging
from collections.abc import Sequence
from typing import Protocol

from gateway.tracing.exporting import Kept
from gateway.tracing.settings import Settings
from gateway.tracing.spans import Spans


class Exporter(Protocol):
    """Tries for as long as it makes sense, and tells whether the collector has taken it."""

    def send(self, request: bytes) -> bool: ...

    def shutdown(self) -> None: ...


class Sending:
    """An exporter, given spans that are made right before."""

    def __init__(self, spans: Spans, exporter: Exporter) -> None:
        self._spans = spans
        self._exporter = exporter
        self._closed = False

    def __call__(self, batch: Sequence[Kept]) -> bool:
        return self._exporter.send(self._spans.encoded(batch))

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._exporter.shutdown()


def exporter(settings: Settings) -> Exporter:
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # each try that fails is a line; we say it once
    if settings.protocol == "grpc":
        from gateway.tracing.by_grpc import by_grpc  # noqa: PLC0415 - 30 MiB that http does without

        return by_grpc(settings)
    from gateway.tracing.by_http import by_http  # noqa: PLC0415 - 10 MiB that gRPC does without

    return by_http(settings)
