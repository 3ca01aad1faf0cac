"""The admin address where others than this machine reach it: nobody is let in without a key that may.

Authorization: Bearer gw_…        scope `metrics` for /metrics, scope `admin` for everything, /metrics included
"""

import logging
from collections.abc import Callable

from gateway.callers import Recognition
from gateway.callers.presented import API_KEY, AUTHORIZATION
from gateway.callers.scopes import ADMIN, METRICS
from gateway.contract import Event, Finished
from gateway.errors import GatewayError, InternalError, ScopeMissing
from gateway.observing import Observing
from gateway.problems import problem_reply
from gateway.web.edge import ALWAYS
from gateway.web.exchange import CALLER, METHODS, OTHER
from gateway.web.generation import Asgi
from gateway.web.intake import Receive, Scope, correlation_of
from gateway.web.outgoing import Outgoing, Send, respond

logger = logging.getLogger("gateway")

_METRICS = b"/metrics"


class Guard:
    """Stands before `inner`, and tells it who asks. `known` gives whoever recognises callers, by the config that
    serves; `observing` is told of everybody who is not let in.
    """

    def __init__(
        self, inner: Asgi, known: Callable[[], Recognition], observing: Observing, clock: Callable[[], float]
    ) -> None:
        self._inner = inner
        self._known = known
        self._observing = observing
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["raw_path"] not in ALWAYS:
            words = {ADMIN, METRICS} if scope["raw_path"] == _METRICS else {ADMIN}
            headers = tuple(scope["headers"])
            try:
                scope[CALLER] = await self._known().admit(headers, _address(scope), words)
            except GatewayError as refused:
                await self._refuse(refused, scope, send)
                return
            except Exception:  # an edge too: whatever nobody foresaw becomes a problem, and a line in the log
                logger.exception("unforeseen failure at the admin address")
                await self._refuse(InternalError(), scope, send)
                return
        await self._inner(scope, receive, send)

    async def _refuse(self, error: GatewayError, scope: Scope, send: Send) -> None:
        correlation_id, now = correlation_of(tuple(scope["headers"])), self._clock()
        reply = problem_reply(error, correlation_id=correlation_id)
        await respond(send, reply, Outgoing(correlation_id=correlation_id, head=scope["method"] == "HEAD"))
        events = (Event(now, "caller.refused", {"reason": _reason(error, scope)}),)
        method = scope["method"] if scope["method"] in METHODS else OTHER
        known = (correlation_id, None, method, error.status, error.slug, "", _address(scope))
        self._observing.add(Finished(*known, now, now, events))


def _reason(error: GatewayError, scope: Scope) -> str:
    if isinstance(error, ScopeMissing):
        return "scope"
    names = {name for name, _ in scope["headers"]}
    return "wrong-key" if names & {AUTHORIZATION, API_KEY} else "no-key"


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""
