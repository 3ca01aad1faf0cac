"""The exporters of OpenTelemetry: imported only where spans are exported, and gRPC only where it is asked for."""

import logging
from collections.abc import Sequence
from pathlib import Path

from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from gateway.tracing.exporting import Kept
from gateway.tracing.settings import Settings
from gateway.tracing.spans import Spans


class Sending:
    """An exporter, given spans that are made right before."""

    def __init__(self, spans: Spans, exporter: SpanExporter) -> None:
        self._spans = spans
        self._exporter = exporter
        self._closed = False

    def __call__(self, batch: Sequence[Kept]) -> bool:
        found = [span for kept in batch for span in self._spans.of(kept)]
        return self._exporter.export(found) is SpanExportResult.SUCCESS

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._exporter.shutdown()


def exporter(settings: Settings) -> SpanExporter:
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # each try that fails is a line; we say it once
    return _by_grpc(settings) if settings.protocol == "grpc" else _by_http(settings)


def _by_http(settings: Settings) -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http import Compression  # noqa: PLC0415 - 10 MiB that gRPC does without
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - the same

    return OTLPSpanExporter(
        endpoint=settings.endpoint,
        certificate_file=settings.certificate or None,
        headers=settings.headers,
        timeout=settings.timeout,
        compression=Compression.Gzip if settings.compression == "gzip" else Compression.NoCompression,
    )


def _by_grpc(settings: Settings) -> SpanExporter:
    from grpc import (  # type: ignore[import-untyped]  # noqa: PLC0415 - 30 MiB that http does without
        Compression,
        ssl_channel_credentials,
    )
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - the same

    secure = settings.endpoint.startswith("https:")
    trusted = Path(settings.certificate).read_bytes() if settings.certificate else None
    return OTLPSpanExporter(
        endpoint=settings.endpoint,
        insecure=not secure,
        credentials=ssl_channel_credentials(root_certificates=trusted) if secure else None,
        headers=tuple(settings.headers.items()),
        timeout=settings.timeout,
        compression=Compression.Gzip if settings.compression == "gzip" else Compression.NoCompression,
    )
