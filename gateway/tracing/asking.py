"""Notes what the gateway asks its database and redis: which command, how long, and for which request.

A question that is asked for a request belongs to its trace, and is kept when that is. What is asked aside, such as the
lease of a quota that is fetched ahead, is a small trace of its own, sampled like any other.
"""

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gateway.tracing.sampling import Asked, Sampler, Traced

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.ext.asyncio import AsyncEngine

Ask = Callable[[bytes], Awaitable[object]]

MOST = 100
"""Questions of one request that are noted."""
_TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE)\s+"?(\w+)', re.IGNORECASE)


class NotAsking:
    """Nobody notes anything, so nobody stands between the gateway and what it asks."""

    redis = None
    database = None


class Asking:
    """`alone` is given what was asked for no request that is still there, with a trace for it. A database that nobody
    has used yet is not watched for yet, so that its first question may be one of those.
    """

    def __init__(self, sampler: Sampler, clock: Callable[[], float], alone: Callable[[Traced, Asked], None]) -> None:
        self._sampler = sampler
        self._clock = clock
        self._alone = alone

    def redis(self, ask: Ask) -> Ask:
        """`ask`, and it is noted."""
        self._sampler.asks = True
        clock = self._clock

        async def noted(frame: bytes) -> object:
            began, failure = clock(), ""
            try:
                return await ask(frame)
            except BaseException as error:
                failure = type(error).__name__
                raise
            finally:
                operation = frame.split(b"\r\n", 3)[2].decode("ascii")  # RESP: how many words, how long, the first
                self._note(Asked(system="redis", operation=operation, began=began, ended=clock(), failure=failure))

        return noted

    def database(self, engine: "AsyncEngine") -> None:
        """From now on every statement of this engine is noted."""
        from sqlalchemy import event  # noqa: PLC0415 - whoever has an engine has it in memory, and nobody else

        self._sampler.asks = True
        url = engine.url
        sqlite = url.get_backend_name() == "sqlite"
        where = {
            "system": "sqlite" if sqlite else "postgresql",
            "namespace": "" if sqlite else url.database or "",
            "host": url.host or "",
            "port": url.port or 0,
        }

        def began(_: Any, __: Any, ___: str, ____: Any, context: Any, _____: bool) -> None:
            context.gateway_began = self._clock()

        def ended(_: Any, __: Any, statement: str, ___: Any, context: Any, ____: bool) -> None:
            self._note_statement(statement, context.gateway_began, where)

        def failed(context: "ExceptionContext") -> None:
            began = getattr(context.execution_context, "gateway_began", None)
            if began is not None and context.statement:
                failure = type(context.original_exception).__name__
                self._note_statement(context.statement, began, {**where, "failure": failure})

        event.listen(engine.sync_engine, "before_cursor_execute", began)
        event.listen(engine.sync_engine, "after_cursor_execute", ended)
        event.listen(engine.sync_engine, "handle_error", failed)

    def _note_statement(self, statement: str, began: float, where: dict[str, Any]) -> None:
        operation, collection = _spoken(statement)
        self._note(Asked(operation=operation, collection=collection, began=began, ended=self._clock(), **where))

    def _note(self, asked: Asked) -> None:
        trace = self._sampler.current.get()
        if trace is not None and not trace.over:
            trace.asked = trace.asked or []
            if len(trace.asked) < MOST:
                trace.asked.append(asked)
            return
        root = self._sampler.root()
        if root.sampled:
            self._alone(root, asked)


@lru_cache(maxsize=256)
def _spoken(statement: str) -> tuple[str, str]:
    """What a statement does, and to which table: never the statement, although its values are not in it."""
    found = _TABLE.search(statement)
    return statement.split(None, 1)[0].upper() if statement.strip() else "", found[1] if found else ""
