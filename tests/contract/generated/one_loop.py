"""An application in an event loop of its own, as it has one when it is served; a test client makes one a request."""

import asyncio
import threading
from typing import Any


class OneLoop:
    """Hands each request over to the loop, whole, and its answer back; `close` ends the loop."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        answering = asyncio.run_coroutine_threadsafe(self._answer(scope, body), self._loop)
        for message in await asyncio.wrap_future(answering):
            await send(message)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(_cancelled(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(_cancelled())  # what was begun between both, such as what is told of requests
        self._loop.close()

    async def _answer(self, scope: Any, body: bytes) -> list[Any]:
        asked = [{"type": "http.request", "body": body, "more_body": False}]
        said: list[Any] = []

        async def receive() -> Any:
            if not asked:
                await asyncio.Event().wait()
            return asked.pop()

        async def send(message: Any) -> None:
            said.append(message)

        await self._application(scope, receive, send)
        return said


async def _cancelled() -> None:
    """What still goes on, such as a refresh in the background, ends."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
