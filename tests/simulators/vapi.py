"""Vapi: assistants, calls and phone numbers behind a bearer key, with NestJS-shaped errors."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import ClassVar

from tests.simulators import vapi_checks as checks
from tests.simulators.script import Script
from tests.simulators.simulator import Handler, Received, RefusedError, Routes
from tests.simulators.wire import Answer, Json, JsonObject, Request, json_answer

API_KEY = "simulated-vapi-key"
ORG_ID = "7d1f6c1e-0000-4000-8000-000000000001"
ASSISTANT_ID = "7d1f6c1e-0000-4000-8000-0000000000a1"
OTHER_ASSISTANT_ID = "7d1f6c1e-0000-4000-8000-0000000000a2"  # no phone number points at it: it can be deleted
CALL_ID = "7d1f6c1e-0000-4000-8000-0000000000c1"
PHONE_NUMBER_ID = "7d1f6c1e-0000-4000-8000-0000000000b1"
RANGES: tuple[tuple[str, Callable[[datetime, datetime], bool]], ...] = (
    ("Gt", datetime.__gt__),
    ("Lt", datetime.__lt__),
    ("Ge", datetime.__ge__),
    ("Le", datetime.__le__),
)
REASONS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}


def error(status: int, message: str | list[str], reason: str | None = None) -> Answer:
    """The vendor's error body; a list of messages is what its validation answers with."""
    word = reason or REASONS.get(status, "Internal Server Error")
    return json_answer(status, {"message": message, "error": word, "statusCode": status})


def rate_limited(retry_after: int | None = None) -> Answer:
    answer = error(429, "ThrottlerException: Too Many Requests")
    return answer if retry_after is None else answer.with_headers({"Retry-After": str(retry_after)})


class Vapi:
    name = "vapi"
    base_path = ""
    described: ClassVar = {"assistant": "Assistant", "call": "Call", "phone-number": "Phone Number"}

    def __init__(self) -> None:
        self.script = Script()
        self.received = Received()
        self.concurrent_limit: int | None = None  # calls not yet ended; the vendor's own default is 10
        self.store: dict[str, dict[str, JsonObject]] = {
            "assistant": _seed(*(_assistant(id_, n) for n, id_ in enumerate((ASSISTANT_ID, OTHER_ASSISTANT_ID), 1))),
            "call": _seed(*(_past_call(_numbered(CALL_ID, n), 4 - n) for n in range(1, 4))),
            "phone-number": _seed(*(_phone_number(_numbered(PHONE_NUMBER_ID, n), 4 - n) for n in range(1, 4))),
        }
        table: dict[str, Handler] = {f"GET /{kind}": self._lister(kind) for kind in self.store}
        table |= {f"GET /{kind}/{{id}}": self._getter(kind) for kind in self.store}
        self.routes = Routes(
            table
            | {
                "GET /v2/phone-number": self._list_pages,
                "POST /assistant": self._create_assistant,
                "PATCH /assistant/{id}": self._updater("assistant"),
                "DELETE /assistant/{id}": self._delete_assistant,
                "POST /call": self._create_call,
                "PATCH /phone-number/{id}": self._updater("phone-number"),
            }
        )

    def refusal(self, request: Request) -> Answer | None:
        if request.header("authorization") == f"Bearer {API_KEY}":
            return None
        hint = "you may be using the private key instead of the public key, or vice versa."
        return error(401, f"Invalid Key. Hot tip, {hint}")

    def unknown(self, request: Request) -> Answer:
        return error(404, f"Cannot {request.method} {request.target}")

    def _lister(self, kind: str) -> Callable[[Request], Answer]:
        return lambda request: json_answer(200, self._selected(kind, request)[: _limit(request)])

    def _list_pages(self, request: Request) -> Answer:
        rows, size, page = self._selected("phone-number", request), _limit(request), int(request.parameter("page") or 1)
        meta = {"itemsPerPage": size, "totalItems": len(rows), "currentPage": page}
        return json_answer(200, {"results": rows[(page - 1) * size : page * size], "metadata": meta})

    def _selected(self, kind: str, request: Request) -> list[JsonObject]:
        """Newest first; `createdAtGt` and its like, and plain names for equality."""
        _refuse(checks.list_query(request))
        rows = sorted(self.store[kind].values(), key=lambda row: str(row["createdAt"]))[::-1]
        for stamp, (suffix, compare) in product(("createdAt", "updatedAt"), RANGES):
            bound = request.parameter(stamp + suffix)
            if bound:
                rows = [row for row in rows if compare(_instant(row[stamp]), _instant(bound))]
        for name in ("id", "assistantId", "phoneNumberId"):
            wanted = request.parameter(name)
            rows = [row for row in rows if wanted is None or row.get(name) == wanted]
        return rows

    def _getter(self, kind: str) -> Callable[[Request, str], Answer]:
        return lambda _request, id_: json_answer(200, self._row(kind, id_))

    def _row(self, kind: str, id_: str) -> JsonObject:
        if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", id_):
            _refuse(["id must be a UUID"])
        if id_ not in self.store[kind]:
            raise RefusedError(error(404, f"Couldn't Get {self.described[kind]}. `id` {id_} Does Not Exist."))
        return self.store[kind][id_]

    def _updater(self, kind: str) -> Callable[[Request, str], Answer]:
        def updated(request: Request, id_: str) -> Answer:
            row = self._row(kind, id_)
            row |= _body(request, checks.BODIES[kind]) | {"updatedAt": _now()}
            return json_answer(200, row)

        return updated

    def _create_assistant(self, request: Request) -> Answer:
        return self._created("assistant", _body(request, checks.assistant))

    def _delete_assistant(self, _request: Request, id_: str) -> Answer:
        row = self._row("assistant", id_)
        if any(number.get("assistantId") == id_ for number in self.store["phone-number"].values()):
            text = "The assistant is in use by a phone number: unlink it first."
            return json_answer(409, {"error": "assistant_pinned", "message": text})
        del self.store["assistant"][id_]
        return json_answer(200, row)

    def _create_call(self, request: Request) -> Answer:
        body = _body(request, checks.call)
        for name, kind in (("assistantId", "assistant"), ("phoneNumberId", "phone-number")):
            if body.get(name) and body[name] not in self.store[kind]:
                return error(400, f"Couldn't Find {self.described[kind]}. `{name}` {body[name]} Does Not Exist.")
        active = sum(call["status"] != "ended" for call in self.store["call"].values())
        if self.concurrent_limit is not None and active >= self.concurrent_limit:
            return error(400, f"Over Concurrency Limit. At most {self.concurrent_limit} calls run at the same time.")
        return self._created("call", body | {"type": "outboundPhoneCall", "status": "queued", "cost": 0})

    def _created(self, kind: str, body: JsonObject) -> Answer:
        row = {"id": str(uuid.uuid4()), "orgId": ORG_ID, "createdAt": _now(), "updatedAt": _now()} | body
        self.store[kind][str(row["id"])] = row
        return json_answer(201, row)


def _refuse(problems: list[str]) -> None:
    if problems:
        raise RefusedError(error(400, problems))


def _body(request: Request, check: Callable[[JsonObject], list[str]]) -> JsonObject:
    try:
        body: JsonObject = request.json()
    except ValueError as exc:
        raise RefusedError(error(400, f"Unexpected token in JSON: {exc}")) from exc
    if not isinstance(body, dict):
        _refuse(["body must be an object"])
    _refuse(check(body))
    return body


def _limit(request: Request) -> int:
    return int(request.parameter("limit") or 100)


def _seed(*rows: JsonObject) -> dict[str, JsonObject]:
    return {str(row["id"]): row for row in rows}


def _numbered(id_: str, number: int) -> str:
    """The id itself as number 1, then its neighbours."""
    return f"{id_[:-1]}{number}"


def _stamps(day: int) -> JsonObject:
    moment = f"2026-01-{day:02}T09:00:00.000Z"
    return {"orgId": ORG_ID, "createdAt": moment, "updatedAt": moment}


def _assistant(id_: str, day: int) -> JsonObject:
    model = {"provider": "openai", "model": "gpt-4o", "messages": [{"role": "system", "content": "Be brief."}]}
    return {"id": id_, "name": f"Front desk {day}", "firstMessage": "Hello!", "model": model} | _stamps(day)


def _past_call(id_: str, day: int) -> JsonObject:
    ended = {"status": "ended", "endedReason": "customer-ended-call", "cost": 0.0421, "type": "outboundPhoneCall"}
    parties = {"assistantId": ASSISTANT_ID, "phoneNumberId": PHONE_NUMBER_ID, "customer": {"number": "+15005550120"}}
    times = {"startedAt": f"2026-01-{day:02}T09:00:05.000Z", "endedAt": f"2026-01-{day:02}T09:01:05.000Z"}
    return {"id": id_} | ended | parties | times | _stamps(day)


def _phone_number(id_: str, day: int) -> JsonObject:
    own: JsonObject = {
        "provider": "vapi",
        "number": f"+1500555013{3 - day}",
        "status": "active",
        "name": f"Line {4 - day}",
    }
    return {"id": id_, "assistantId": ASSISTANT_ID} | own | _stamps(day)


def _instant(text: Json) -> datetime:
    moment = datetime.fromisoformat(str(text))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
