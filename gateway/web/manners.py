"""HEAD, OPTIONS and 405 as RFC 9110 has them, for an application that knows GET and POST only."""

from collections.abc import MutableMapping
from typing import Any

from gateway.web.generation import Asgi
from gateway.web.intake import Receive, Scope
from gateway.web.outgoing import SECURITY, Send

_ALLOW = b"allow"


def with_manners(application: Asgi) -> Asgi:
    """The application, which answers HEAD wherever it answers GET, says so, and never lets a type be guessed."""

    async def polite(scope: Scope, receive: Receive, send: Send) -> None:
        head = scope["type"] == "http" and scope["method"] == "HEAD"
        asked = {**scope, "method": "GET"} if head else scope
        await application(asked, receive, _polite(send, head=head))

    return polite


def _polite(send: Send, *, head: bool) -> Send:
    async def answer(message: MutableMapping[str, Any]) -> None:
        message = {**message}
        if message["type"] == "http.response.start":
            fields = [(name, _with_head(value) if name == _ALLOW else value) for name, value in message["headers"]]
            named = {name for name, _ in fields}
            message["headers"] = [*fields, *(field for field in SECURITY if field[0] not in named)]
        elif head and message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return answer


def _with_head(allow: bytes) -> bytes:
    methods = {method.strip() for method in allow.split(b",")}
    return b", ".join(sorted(methods | {b"HEAD"} if b"GET" in methods else methods))
