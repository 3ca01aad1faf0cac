"""Gmail: profile, sending, and the list of messages in which what was sent can be found again."""

from __future__ import annotations

import base64
import binascii
import uuid
from email import message_from_bytes

from tests.simulators import google_errors
from tests.simulators.google_errors import EMAIL, error, json_object
from tests.simulators.google_pages import page
from tests.simulators.script import Script
from tests.simulators.simulator import Received, RefusedError, Routes
from tests.simulators.wire import Answer, JsonObject, Request, json_answer

MESSAGE_ID = "18c0000000000001"
SEED = tuple(f"18c0000000000{number:03}" for number in range(1, 4))


class Gmail:
    name = "gmail"
    base_path = "/gmail/v1"

    def __init__(self) -> None:
        self.script = Script()
        self.received = Received()
        self.messages: dict[str, JsonObject] = {id_: _message(id_, _letter(id_), "INBOX") for id_ in SEED}
        self.routes = Routes(
            {
                "GET /gmail/v1/users/{user}/profile": self._profile,
                "GET /gmail/v1/users/{user}/messages": self._list,
                "GET /gmail/v1/users/{user}/messages/{id}": self._get,
                "POST /gmail/v1/users/{user}/messages/send": self._send,
            }
        )

    def refusal(self, request: Request) -> Answer | None:
        return google_errors.refusal(request)

    def unknown(self, request: Request) -> Answer:
        return google_errors.unknown(request)

    def _profile(self, _request: Request, user: str) -> Answer:
        _check_user(user)
        total = len(self.messages)
        counts = {"messagesTotal": total, "threadsTotal": total, "historyId": str(1000 + total)}
        return json_answer(200, {"emailAddress": EMAIL} | counts)

    def _list(self, request: Request, user: str) -> Answer:
        _check_user(user)
        label = request.parameter("labelIds")
        rows = [row for row in reversed(self.messages.values()) if label is None or label in row["labelIds"]]
        shown, token = page(request, rows, size=100, most=500)
        listed = [{"id": row["id"], "threadId": row["threadId"]} for row in shown]
        return json_answer(200, ({"messages": listed} if listed else {}) | token | {"resultSizeEstimate": len(rows)})

    def _get(self, _request: Request, user: str, id_: str) -> Answer:
        _check_user(user)
        if id_ not in self.messages:
            return error(404, "notFound", "Requested entity was not found.")
        return json_answer(200, self.messages[id_])

    def _send(self, request: Request, user: str) -> Answer:
        _check_user(user)
        letter = _decoded(json_object(request).get("raw"))
        if not message_from_bytes(letter).get_all("To"):
            return error(400, "invalidArgument", "Recipient address required")
        id_ = uuid.uuid4().hex[:16]
        self.messages[id_] = _message(id_, letter, "SENT")
        return json_answer(200, {name: self.messages[id_][name] for name in ("id", "threadId", "labelIds")})


def _check_user(user: str) -> None:
    if user not in {"me", EMAIL}:
        raise RefusedError(error(403, "forbidden", f"Delegation denied for {EMAIL}"))


def _decoded(raw: object) -> bytes:
    if not isinstance(raw, str) or not raw:
        message = "'raw' RFC822 payload message string or uploading message via /upload/* URL required"
        raise RefusedError(error(400, "invalidArgument", message))
    try:
        # Callers leave the padding off as often as not; the vendor takes both.
        return base64.b64decode(raw + "=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as exc:
        message = "Invalid value at 'message.raw' (TYPE_BYTES), Base64 decoding failed"
        raise RefusedError(error(400, "badRequest", message)) from exc


def _letter(id_: str) -> bytes:
    return f"From: robin@example.com\r\nTo: {EMAIL}\r\nSubject: Seed {id_}\r\n\r\nHello.\r\n".encode()


def _message(id_: str, letter: bytes, label: str) -> JsonObject:
    raw = base64.urlsafe_b64encode(letter).decode()
    return {"id": id_, "threadId": id_, "labelIds": [label], "sizeEstimate": len(letter), "raw": raw}
