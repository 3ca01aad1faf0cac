"""Takes OTLP over HTTP and over gRPC, as it comes over the wire, and answers as it is told."""

import gzip
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc  # type: ignore[import-untyped]  # it has no types of its own
import msgspec
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.running import eventually

SERVER, CLIENT = Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT


class Collector:
    """What came, decoded and as bytes; `status` is the answer to HTTP, and while `gate` is shut there is none."""

    def __init__(self) -> None:
        self.http = ""
        self.grpc = ""
        self.status = 200
        self.gate = threading.Event()
        self.gate.set()
        self.fields: list[dict[str, str]] = []
        self.raw: list[bytes] = []
        self.spans: list[Span] = []
        self.resources: list[dict[str, Any]] = []

    def take(self, body: bytes, fields: dict[str, str]) -> None:
        self.fields.append(fields)
        self.raw.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resources.append(told(resource.resource.attributes))
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)

    def trace(self, trace_id: str) -> "Traces":
        """What is known of one trace."""
        return Traces([span for span in self.spans if span.trace_id.hex() == trace_id])

    def await_trace(self, trace_id: str, spans: int = 1) -> "Traces":
        def the_trace_came() -> bool:
            return len(self.trace(trace_id).spans) >= spans

        eventually(the_trace_came, 20)
        return self.trace(trace_id)

    def await_request(self, correlation_id: str) -> "Traces":
        """The trace of the request with this correlation id."""
        found: list[str] = []

        def the_request_came() -> bool:
            found[:] = [
                span.trace_id.hex()
                for span in self.spans
                if told(span.attributes).get("gateway.correlation_id") == correlation_id
            ]
            return bool(found)

        eventually(the_request_came, 20)
        return self.trace(found[0])


class Traces(msgspec.Struct, frozen=True):
    """The spans of one trace."""

    spans: Sequence[Span]

    @property
    def server(self) -> Span:
        (one,) = [span for span in self.spans if span.kind == SERVER]
        return one

    @property
    def clients(self) -> list[Span]:
        return [span for span in self.spans if span.kind == CLIENT and "http.request.method" in told(span.attributes)]

    @property
    def asked(self) -> list[dict[str, Any]]:
        """What the database and redis were asked."""
        return [known for span in self.spans if "db.system.name" in (known := told(span.attributes))]


def told(attributes: Sequence[KeyValue]) -> dict[str, Any]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in attributes}


@contextmanager
def collector() -> Iterator[Collector]:
    """Listens for both."""
    found = Collector()
    server = grpc.server(ThreadPoolExecutor(2))
    add_TraceServiceServicer_to_server(_Servicer(found), server)  # type: ignore[no-untyped-call]  # generated
    found.grpc = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(found)) as web:
        found.http = f"http://127.0.0.1:{web.server_port}"
        thread = threading.Thread(target=web.serve_forever)
        thread.start()
        try:
            yield found
        finally:
            found.gate.set()
            web.shutdown()
            thread.join()
            server.stop(0).wait()


class _Servicer(TraceServiceServicer):
    def __init__(self, found: Collector) -> None:
        self._found = found

    def Export(self, request: ExportTraceServiceRequest, context: Any) -> ExportTraceServiceResponse:  # noqa: N802
        self._found.gate.wait()
        if self._found.status != 200:
            context.abort(grpc.StatusCode.INTERNAL, "no")
        self._found.take(request.SerializeToString(), dict(context.invocation_metadata()))
        return ExportTraceServiceResponse()


def _handler(found: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.gate.wait()
            if found.status == 200:
                fields = {name.lower(): value for name, value in self.headers.items()}
                packed = fields.get("content-encoding") == "gzip"
                found.take(gzip.decompress(body) if packed else body, {**fields, ":path": self.path})
            self.send_response(found.status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Handler
