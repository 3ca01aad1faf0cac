"""Microsoft Graph's credential check and error bodies."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from tests.simulators.simulator import RefusedError
from tests.simulators.wire import Answer, JsonObject, Request, json_answer

ACCESS_TOKEN = "simulated-microsoft-access-token"  # opens nothing but the simulator


def error(status: int, code: str, message: str) -> Answer:
    """The vendor's error body; its request id is also a header."""
    id_ = str(uuid.uuid4())
    inner = {"date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "request-id": id_, "client-request-id": id_}
    answer = json_answer(status, {"error": {"code": code, "message": message, "innerError": inner}})
    return answer.with_headers({"request-id": id_, "client-request-id": id_})


def throttled(retry_after: int = 10, status: int = 429) -> Answer:
    """429, or 503 when the service itself is short; both carry Retry-After."""
    code = "ApplicationThrottled" if status == 429 else "serviceNotAvailable"
    text = "Application is over its MailboxConcurrency limit." if status == 429 else "The service is not available."
    return error(status, code, text).with_headers({"Retry-After": str(retry_after)})


def refusal(request: Request) -> Answer | None:
    sent = request.header("authorization")
    if sent == f"Bearer {ACCESS_TOKEN}":
        return None
    text = "Access token validation failure. Invalid audience." if sent else "Access token is empty."
    challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    return error(401, "InvalidAuthenticationToken", text).with_headers({"WWW-Authenticate": challenge})


def unknown(request: Request) -> Answer:
    segment = request.path.rpartition("/")[2]
    return error(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def not_found() -> RefusedError:
    return RefusedError(error(404, "ErrorItemNotFound", "The specified object was not found in the store."))


def invalid(message: str, code: str = "ErrorInvalidParameter") -> RefusedError:
    return RefusedError(error(400, code, message))


def json_object(request: Request) -> JsonObject:
    """The body, with names that start small: some of the vendor's SDKs write `Message` where others write `message`."""
    message = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is valid JSON."
    try:
        body: JsonObject = request.json()
    except ValueError as exc:
        raise invalid(message, "BadRequest") from exc
    if not isinstance(body, dict):
        raise invalid(message, "BadRequest")
    return {name[:1].lower() + name[1:]: value for name, value in body.items()}
