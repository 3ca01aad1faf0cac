"""What the gateway of these tests serves, and what the vendor behind it does."""

import gzip
import re
from collections.abc import Mapping

import msgspec

from tests.faults.cases import CASES as FAULTS
from tests.faults.server import Case, Exchange

CONFIG = """
version: 1
server:
  body_limit: 64KiB
  cors: {origins: ["https://app.example"]}
defaults:
  timeout: {connect: 2s, attempt: 8s, total: 10s}
integrations:
  crm:
    base_url: VENDOR/base
    native: {mount: /native/crm, allow: ["GET /**", "POST /**"]}
    endpoints:
      all:
        route: GET /contacts
        query: {q: {type: string}}
        headers: {X-Tag: {type: string}}
      one: {route: "GET /contacts/{id}", path: {id: {type: string}}}
      drop: {route: "DELETE /contacts/{id}", path: {id: {type: string}}}
      note: {route: "GET /contacts/{id}/notes/{note}", path: {id: {type: string}, note: {type: string}}}
      make: {route: POST /contacts, body: {type: object}}
      kept: {route: GET /kept, upstream: GET /long, cache: {ttl: 1m}}
      long: {route: GET /long}
      packed: {route: GET /packed}
      kept_packed: {route: GET /kept-packed, upstream: GET /packed, cache: {ttl: 1m}}
      nothing: {route: GET /nothing}
      picture: {route: GET /picture}
  gone:
    base_url: http://127.0.0.1:9
    endpoints: {away: {route: GET /away}}
  slow:
    base_url: VENDOR
    bulkhead: {concurrent: 200}
    endpoints: &slow
      wait: {route: GET /wait, upstream: GET /silent}
      quick: {route: GET /quick, upstream: GET /echo}
      read: {route: GET /read, upstream: GET /gated}
      write: {route: POST /write, upstream: POST /gated, body: {type: object}}
  narrow:
    base_url: VENDOR
    bulkhead: {concurrent: 1}
    endpoints: *slow
  queued:
    base_url: VENDOR
    bulkhead: {concurrent: 1, queue: 5}
    endpoints: *slow
"""

BASE = b"/base/"
LONG = msgspec.json.encode([{"name": "somebody", "number": number} for number in range(200)])
JSON = (b"Content-Type", b"application/json")
OF_ITS_OWN = [
    (b"Set-Cookie", b"a=b"),
    (b"Server", b"vendor"),
    (b"X-Vendor", b"1"),
    (b"Access-Control-Allow-Origin", b"*"),
    (b"Strict-Transport-Security", b"max-age=1"),
    (b"Alt-Svc", b'h3=":443"'),
]

_LINE = re.compile(rb"(GET|POST|DELETE) /base(/[!-~]*)? HTTP/1\.1")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\t -~\x80-\xff]*")
_CROSSING = {
    b"host", b"content-length", b"content-type", b"accept", b"accept-encoding", b"accept-language", b"user-agent",
    b"traceparent", b"x-tag", b"prefer", b"if-match", b"if-none-match", b"if-modified-since", b"range",
}  # fmt: skip


async def base(exchange: Exchange) -> None:
    """Answers by the last segment of the path; says what it was told where that is none of these."""
    body = await exchange.read_body()
    match exchange.target.rpartition(b"/")[2]:
        case b"long":
            await exchange.answer(LONG, fields=[JSON, *OF_ITS_OWN])
        case b"packed":
            await exchange.answer(gzip.compress(LONG), fields=[JSON, (b"Content-Encoding", b"gzip")])
        case b"nothing":
            await exchange.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        case b"picture":
            await exchange.answer(b"\x89PNG" * 1000, fields=[(b"Content-Type", b"image/png")])
        case _:
            heard = {"line": exchange.line.decode("latin-1"), "body": body.decode("latin-1")}
            await exchange.answer(msgspec.json.encode(heard), fields=[JSON])


async def gated(exchange: Exchange) -> None:
    """Takes the whole request at once, and answers when the test says so."""
    await exchange.read_body()
    await exchange.vendor.gate.wait()
    await exchange.answer()


CASES: Mapping[str, Case] = {**FAULTS, "base": base, "gated": gated}


def check_well_formed(exchange: Exchange) -> None:
    """What arrived is HTTP/1.1 to the letter, below the base path, and says nothing that no list lets cross."""
    line, *fields = exchange.head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    assert _LINE.fullmatch(line), line
    names = []
    for field in fields:
        name, colon, value = field.partition(b":")
        assert colon, field
        assert _NAME.fullmatch(name), field
        assert _VALUE.fullmatch(value), field
        names.append(name.lower())
    assert set(names) <= _CROSSING, names
    assert names.count(b"host") == 1
    assert names.count(b"content-length") <= 1
    assert b"transfer-encoding" not in names
