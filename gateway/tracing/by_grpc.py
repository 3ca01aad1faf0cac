"""Traces over gRPC: the exporter of OpenTelemetry, which is given spans that are encoded already."""

from pathlib import Path
from typing import Any

from grpc import Compression, ssl_channel_credentials  # type: ignore[import-untyped]
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SpanExportResult

from gateway.tracing.settings import Settings


class ByGrpc(OTLPSpanExporter):
    """Of a list of spans it knows how many there are and how they are encoded; of a request, both are known."""

    def send(self, request: bytes) -> bool:
        encoded: Any = request
        return self._export(encoded) is SpanExportResult.SUCCESS

    def _translate_data(self, data: Any) -> ExportTraceServiceRequest:
        request: ExportTraceServiceRequest = ExportTraceServiceRequest.FromString(data)
        return request

    def _count_data(self, data: Any) -> int:
        return len(data)


def by_grpc(settings: Settings) -> ByGrpc:
    secure = settings.endpoint.startswith("https:")
    trusted = Path(settings.certificate).read_bytes() if settings.certificate else None
    return ByGrpc(
        endpoint=settings.endpoint,
        insecure=not secure,
        credentials=ssl_channel_credentials(root_certificates=trusted) if secure else None,
        headers=tuple(settings.headers.items()),
        timeout=settings.timeout,
        compression=Compression.Gzip if settings.compression == "gzip" else Compression.NoCompression,
    )
