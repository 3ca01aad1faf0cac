"""A client that believes nothing: each answer of a generated endpoint has to be in the gateway's own document."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.contract.documented import operation_at, undocumented

_PARSERS = frozenset({400, 408, 414, 431})
"""What the HTTP parser refuses by itself, before any application; nobody can add a field to that."""


class Truth:
    """What a gateway says of itself, asked again before an answer is held to be untold, since it may have reloaded."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._document: Mapping[str, Any] | None = None

    def check(self, request: httpx.Request, answer: httpx.Response, *, streamed: bool) -> None:
        """Fails where the answer is untold. Of a stream only status and header fields are looked at."""
        if self._document is not None and not _untold(self._document, request, answer, streamed=streamed):
            return
        try:
            found = httpx.get(f"{self._url}/openapi.json", trust_env=False, timeout=10)
        except httpx.TransportError:  # it is gone, or going: what it said before is all there is
            found = None
        if found is not None and found.status_code == 200 and "paths" in found.json():  # the inner side has none
            self._document = found.json()
        wrong = [] if self._document is None else _untold(self._document, request, answer, streamed=streamed)
        assert not wrong, f"{request.method} {request.url} → {answer.status_code} is not in the document: {wrong}"


def _untold(
    document: Mapping[str, Any], request: httpx.Request, answer: httpx.Response, *, streamed: bool
) -> list[str]:
    path = request.url.raw_path.decode()
    if "x-correlation-id" not in answer.headers and answer.status_code in _PARSERS:
        return []
    if operation_at(document, request.method, path) is None:
        return []
    return undocumented(document, request.method, path, answer, with_body=not streamed)


class TruthfulClient(httpx.Client):
    """Hands out only what the document tells of."""

    def __init__(self, url: str) -> None:
        super().__init__(base_url=url, trust_env=False, timeout=30)
        self._truth = Truth(url)

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        answer = super().send(request, stream=stream, **options)
        self._truth.check(request, answer, streamed=stream)
        return answer
