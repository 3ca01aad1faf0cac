"""HTTP/1.1 as bytes: one request read from a stream, one answer turned into what goes on the socket."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import parse_qs, parse_qsl, urlsplit

# Any: a vendor's JSON is open, and what a caller sent is kept as it came.
Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]

HEAD_LIMIT = 64 * 1024
WITHOUT_BODY = frozenset({204, 304})


class MalformedRequestError(Exception):
    """What arrived is not an HTTP/1.1 request that this server reads."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it stood on the wire; `time` is the monotonic clock in seconds when its body was complete."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    time: float = field(default_factory=time.monotonic)

    @property
    def path(self) -> str:
        """The path as sent: still percent-encoded, without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query as sent, without the question mark."""
        return self.target.partition("?")[2]

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query, keep_blank_values=True)

    def parameter(self, name: str) -> str | None:
        return next((value for key, value in self.parameters if key == name), None)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def content_type(self) -> str:
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def form(self) -> dict[str, list[str]]:
        """Form fields, each a list because a name may be repeated; empty when the body is something else."""
        if self.content_type != "application/x-www-form-urlencoded":
            return {}
        return parse_qs(self.body.decode(), keep_blank_values=True)

    def json(self) -> Json:
        """Raises ValueError when the body is not JSON."""
        return json.loads(self.body)

    @property
    def wants_keep_alive(self) -> bool:
        return (self.header("connection") or "").lower() != "close"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One response; Content-Length is added when it is written, unless it says its own, true or not."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        return replace(self, headers=(*self.headers, *headers.items()))

    def encode(self, *, head_only: bool = False, close: bool = False) -> tuple[bytes, bytes]:
        """The head and the body, apart, so that a fault can fall between them."""
        try:
            reason = HTTPStatus(self.status).phrase
        except ValueError:
            reason = ""
        lines = [f"HTTP/1.1 {self.status} {reason}", *(f"{name}: {value}" for name, value in self.headers)]
        announced = any(name.lower() in {"content-length", "transfer-encoding"} for name, _ in self.headers)
        if self.status not in WITHOUT_BODY and not announced:
            lines.append(f"Content-Length: {len(self.body)}")
        if close:
            lines.append("Connection: close")
        bare = head_only or self.status in WITHOUT_BODY
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), b"" if bare else self.body


def json_answer(status: int, value: Json, **headers: str) -> Answer:
    """A JSON answer; keyword names become header names (`ETag="…"`, `Retry_After="3"`)."""
    fields = (("Content-Type", "application/json; charset=utf-8"),)
    extra = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Answer(status=status, headers=fields + extra, body=json.dumps(value).encode())


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
    """The next request of a connection, or None when the other side has closed it between requests."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as exc:
        if exc.partial:
            raise MalformedRequestError("the connection ended inside a head") from exc
        return None
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    try:
        method, target, _version = first.split(" ")
        pairs = tuple((name, value.strip()) for name, value in (line.split(":", 1) for line in lines))
    except ValueError as exc:
        raise MalformedRequestError(f"not a request head: {first!r}") from exc
    if not target.startswith("/"):
        parts = urlsplit(target)
        target = parts._replace(scheme="", netloc="").geturl()
    request = Request(method=method, target=target, headers=pairs)
    if (request.header("expect") or "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _read_body(reader, request)
    return replace(request, body=body, time=time.monotonic())


async def _read_body(reader: asyncio.StreamReader, request: Request) -> bytes:
    try:
        if "chunked" in (request.header("transfer-encoding") or "").lower():
            return await _read_chunks(reader)
        return await reader.readexactly(int(request.header("content-length") or 0))
    except (asyncio.IncompleteReadError, ValueError) as exc:
        raise MalformedRequestError("the body is not what its head announced") from exc


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # trailers are read past: no vendor here knows one
    return b"".join(parts)
