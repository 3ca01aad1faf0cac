"""What Schemathesis does not ask: conditions, packing, foreign pages and hosts, a vendor that fails, other paths."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from gateway.web.generation import Asgi
from tests.contract.documented import items_at, undocumented
from tests.contract.requested import Asked

_PAGE = "https://app.example"
_KEPT = frozenset({"accept", "content-type", "host"})
"""Of the header fields that a client adds by itself, those that matter."""

TWISTS: Mapping[str, Mapping[str, str]] = {
    "as it was": {},
    "what I have": {"if-none-match": "*"},
    "packed": {"accept-encoding": "gzip, br, zstd"},
    "from a listed page": {"origin": _PAGE},
    "from a foreign page": {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"},
    "of another host": {"host": "elsewhere.example"},
    "fresh": {"cache-control": "no-cache"},
    "in part": {"range": "bytes=0-1"},
    "in another form": {"content-type": "text/plain"},
    "endless": {"content-length": "99999999999"},
    "in an odd coding": {"transfer-encoding": "gzip"},
    "heavy": {"x-filler": "x" * 70_000},
    "long": {},
    **{f"of a vendor: {name}": {"gateway-stub-scenario": name} for name in ("error", "rate_limited", "reset")},
    "of a vendor: invalid_grant": {"gateway-stub-scenario": "invalid_grant"},
    "of a vendor: nonsense": {"gateway-stub-scenario": "nonsense"},
}
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def twisted(application: Asgi, document: Mapping[str, Any], asked: Sequence[Asked], base: str) -> Iterator[str]:
    """Asks each of these again in every way, and then what is not declared; tells what the document does not."""
    requests = [_twist(one, name) for one in asked for name in TWISTS]
    for one, answer in zip(requests, asyncio.run(_answers(application, requests, base)), strict=True):
        for wrong in undocumented(document, one.method, one.path, answer):
            yield f"untold: {wrong}\n  {one.method} {one.path[:300]} {dict(one.headers)}"[:900]
    yield from _undeclared(application, document, base)


def _twist(asked: Asked, name: str) -> Asked:
    headers = {key: value for key, value in asked.headers.items() if key in _KEPT or not key.startswith(("x-s", "c"))}
    mark = "&" if "?" in asked.path else "?"
    path = f"{asked.path}{mark}filler={'x' * 40_000}" if name == "long" else asked.path
    return Asked(asked.method, path, {**headers, **TWISTS[name]}, asked.body)


async def _answers(application: Asgi, requests: Sequence[Asked], base: str) -> list[httpx.Response]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=base) as client:
        asking = (client.request(one.method, one.path, headers=dict(one.headers), content=one.body) for one in requests)
        return await asyncio.gather(*asking)


def _undeclared(application: Asgi, document: Mapping[str, Any], base: str) -> Iterator[str]:
    """Paths and methods that are not in the document answer 404 and 405, and those alone (R24)."""
    paths = [other for path in document["paths"] for other in _beside(path)]
    requests = [Asked(method, path, {"host": "localhost"}) for path in dict.fromkeys(paths) for method in METHODS]
    for one, answer in zip(requests, asyncio.run(_answers(application, requests, base)), strict=True):
        methods = {method.upper() for _, item in items_at(document, one.path) for method in item}
        methods |= {"HEAD"} if "GET" in methods else set()
        expected = 404 if not methods else 204 if one.method == "OPTIONS" else 405
        if one.method not in methods and answer.status_code != expected:
            yield f"undeclared: expected {expected}\n  {one.method} {one.path} → {answer.status_code}"


def _beside(template: str) -> Iterator[str]:
    path = "/".join("x-1" if segment.startswith("{") else segment for segment in template.split("/"))
    yield from (path, f"{path}/", f"{path}/nowhere", path.rpartition("/")[0] or "/", f"/nowhere{path}", path.upper())
