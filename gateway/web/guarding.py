"""The admin address where others than this machine reach it: nobody is let in without a key that may.

Authorization: Bearer gw_…        scope `metrics` for /metrics, scope `admin` for everything, /metrics included
"""

from collections.abc import Callable
from typing import Any

from gateway.callers import Recognition
from gateway.callers.scopes import ADMIN, METRICS
from gateway.errors import GatewayError
from gateway.problems import problem_reply
from gateway.web.intake import Receive, Scope, correlation_of
from gateway.web.outgoing import Outgoing, Send, respond

_OPEN = frozenset({b"/livez", b"/readyz", b"/health"})
_METRICS = b"/metrics"

Asgi = Any


class Guard:
    """Stands before `inner`. `known` gives whoever recognises callers, by the config that serves."""

    def __init__(self, inner: Asgi, known: Callable[[], Recognition]) -> None:
        self._inner = inner
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["raw_path"] not in _OPEN:
            words = {ADMIN, METRICS} if scope["raw_path"] == _METRICS else {ADMIN}
            headers, client = tuple(scope["headers"]), scope.get("client")
            try:
                await self._known().admit(headers, client[0] if client else "", words)
            except GatewayError as refused:
                correlation_id = correlation_of(headers)
                reply = problem_reply(refused, correlation_id=correlation_id)
                await respond(send, reply, Outgoing(correlation_id=correlation_id, head=scope["method"] == "HEAD"))
                return
        await self._inner(scope, receive, send)
