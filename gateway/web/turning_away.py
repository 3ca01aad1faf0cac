"""The answer to a request that is not even looked at: it has to cost next to nothing, or refusing would be work too."""

from gateway.contract import Finished, Headers
from gateway.errors import Overloaded
from gateway.observing import Observing
from gateway.problems import problem_reply
from gateway.web.cors import cors_fields
from gateway.web.generation import Generation
from gateway.web.intake import Scope, correlation_of
from gateway.web.outgoing import SECURITY, Send

RETRY_AFTER = 1
_MARK = "0" * 32
"""Stands where the correlation id belongs."""


class Refusal:
    """`Overloaded` as one generation says it, made ready; what is left to do for a request is its correlation id."""

    __slots__ = ("_body", "_fields", "_origins")

    def __init__(self, generation: Generation) -> None:
        reply = problem_reply(
            Overloaded(retry_after=RETRY_AFTER), correlation_id=_MARK, public_url=generation.public_url
        )
        assert isinstance(reply.body, bytes)  # noqa: S101 - a problem is no stream
        self._body = reply.body.split(_MARK.encode())
        self._fields: Headers = (*reply.headers, *generation.fields, *SECURITY)
        self._origins = generation.door.origins

    async def send(self, scope: Scope, send: Send, observing: Observing, now: float) -> None:
        given = scope["headers"]
        known = correlation_of(given)
        correlation = known.encode()
        body = correlation.join(self._body)
        fields = [*self._fields, (b"x-correlation-id", correlation), (b"content-length", b"%d" % len(body))]
        if self._origins:
            fields.extend(cors_fields(tuple(given), self._origins))
        await send({"type": "http.response.start", "status": Overloaded.status, "headers": fields})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
        client = scope.get("client")
        address = client[0] if client else ""
        gone = Finished(known, None, scope["method"], Overloaded.status, Overloaded.slug, "", address, now, now)
        observing.add(gone)
