"""One request to an application in this process, as a server would hand it over."""

import asyncio
from typing import Any

Fields = list[tuple[bytes, bytes]]


async def ask(
    application: Any, method: str, address: tuple[str, str], fields: Fields, body: bytes
) -> tuple[int, Fields, bytes]:
    """Status, header fields and body of the answer to `address`, a path and a query; closes the application."""
    messages: list[dict[str, Any]] = []
    asked = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        message = next(asked, None)
        if message is None:
            await asyncio.Event().wait()
        return message or {}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    if body:
        fields = [*fields, (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    try:
        await application(_scope(method, *address, fields), receive, send)
    finally:
        await application.close()
    answer = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], messages[0]["headers"], answer


def _scope(method: str, path: str, query: str, headers: Fields) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), *headers],
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 8000),
    }
