"""Twilio 2010-04-01: messages, calls, incoming numbers, balance and usage; forms in, JSON out, Basic credentials."""

from __future__ import annotations

import base64
import re
import uuid
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from tests.simulators import twilio_checks as checks
from tests.simulators.script import Script
from tests.simulators.simulator import Handler, Received, RefusedError, Routes
from tests.simulators.twilio_checks import error, rate_limited
from tests.simulators.twilio_pages import page
from tests.simulators.twilio_seed import (
    ACCOUNT_SID,
    API_KEY,
    API_SECRET,
    AUTH_TOKEN,
    NUMBER,
    NUMBER_SID,
    ROOT,
    SEED,
    USAGE_TODAY,
    call,
    message,
)
from tests.simulators.wire import Answer, JsonObject, Request, json_answer

__all__ = [
    "ACCOUNT_SID",
    "API_KEY",
    "API_SECRET",
    "AUTH_TOKEN",
    "NUMBER",
    "NUMBER_SID",
    "Twilio",
    "error",
    "rate_limited",
]

LISTS = {"Messages": "messages", "Calls": "calls", "IncomingPhoneNumbers": "incoming_phone_numbers"}
FILTERS = {
    "Messages": {"To": "to", "From": "from"},
    "Calls": {"To": "to", "From": "from", "Status": "status"},
    "IncomingPhoneNumbers": {"PhoneNumber": "phone_number", "FriendlyName": "friendly_name"},
}


class Twilio:
    """`base_path` is empty: the API version and the account are part of every route, as they are of the vendor's."""

    name = "twilio"
    base_path = ""

    def __init__(self) -> None:
        self.script = Script()
        self.received = Received()
        self.balance = "17.42"
        self.store: dict[str, dict[str, JsonObject]] = {
            kind: {str(row["sid"]): dict(row) for row in rows} for kind, rows in SEED.items()
        }
        account = "/2010-04-01/Accounts/{account}"
        table: dict[str, Handler] = {f"GET {account}/{kind}.json": self._list for kind in LISTS}
        table |= {f"GET {account}/{kind}/{{sid}}.json": self._get for kind in LISTS}
        table |= {f"POST {account}/{kind}/{{sid}}.json": self._update for kind in LISTS}
        table |= {f"DELETE {account}/{kind}/{{sid}}.json": self._delete for kind in LISTS}
        self.routes = Routes(
            table
            | {
                f"POST {account}/Messages.json": self._send,
                f"POST {account}/Calls.json": self._dial,
                f"GET {account}/Balance.json": self._balance,
                f"GET {account}/Usage/Records/Today.json": self._usage_today,
            }
        )

    def refusal(self, request: Request) -> Answer | None:
        """An account's own token, or one of its API keys; another account's path is refused like a wrong secret."""
        good = {_basic(ACCOUNT_SID, AUTH_TOKEN), _basic(API_KEY, API_SECRET)}
        if request.header("authorization") in good and request.path.startswith((ROOT + "/", ROOT + ".")):
            return None
        return error(20003, 401).with_headers({"WWW-Authenticate": 'Basic realm="Twilio API"'})

    def unknown(self, request: Request) -> Answer:
        return error(20404, 404, f"The requested resource {request.path} was not found")

    def _row(self, request: Request, sid: str) -> JsonObject:
        found = self.store[_kind(request)].get(sid)
        if found is None:
            raise RefusedError(self.unknown(request))
        return found

    def _get(self, request: Request, _account: str, sid: str) -> Answer:
        return json_answer(200, self._row(request, sid))

    def _list(self, request: Request, _account: str) -> Answer:
        kind = _kind(request)
        rows = sorted(self.store[kind].values(), key=_created)[::-1]
        for name, field in FILTERS[kind].items():
            wanted = request.parameter(name)
            rows = [row for row in rows if wanted is None or row[field] == wanted]
        return json_answer(200, page(request, LISTS[kind], rows))

    def _send(self, request: Request, _account: str) -> Answer:
        code = checks.message_problem(request.form, self._numbers())
        if code:
            return error(code, message=checks.described(code, request.form))
        fields = {name: values[0] for name, values in request.form.items()}
        return self._add("Messages", message(_sid("SM"), fields, media=len(request.form.get("MediaUrl", ()))))

    def _dial(self, request: Request, _account: str) -> Answer:
        code = checks.call_problem(request.form, self._numbers())
        if code:
            return error(code, message=checks.described(code, request.form))
        fields = {name: values[0] for name, values in request.form.items()}
        return self._add("Calls", call(_sid("CA"), fields))

    def _add(self, kind: str, row: JsonObject) -> Answer:
        now = format_datetime(datetime.now(UTC))
        self.store[kind][str(row["sid"])] = row | {"date_created": now, "date_updated": now}
        return json_answer(201, self.store[kind][str(row["sid"])])

    def _numbers(self) -> set[str]:
        return {str(row["phone_number"]) for row in self.store["IncomingPhoneNumbers"].values()}

    def _update(self, request: Request, _account: str, sid: str) -> Answer:
        """Known fields change, others are ignored, as the vendor does; the names differ only in their case."""
        row = self._row(request, sid)
        sent = {_snake(name): values[0] for name, values in request.form.items()}
        row |= {name: value for name, value in sent.items() if name in row}
        row["date_updated"] = format_datetime(datetime.now(UTC))
        return json_answer(200, row)

    def _delete(self, request: Request, _account: str, sid: str) -> Answer:
        self._row(request, sid)
        del self.store[_kind(request)][sid]
        return Answer(status=204)

    def _balance(self, _request: Request, _account: str) -> Answer:
        return json_answer(200, {"account_sid": ACCOUNT_SID, "balance": self.balance, "currency": "USD"})

    def _usage_today(self, request: Request, _account: str) -> Answer:
        today = datetime.now(UTC).date().isoformat()
        category = request.parameter("Category")
        rows = [
            dict(row, start_date=today, end_date=today, as_of=datetime.now(UTC).isoformat(timespec="seconds"))
            for row in USAGE_TODAY
            if category in {None, row["category"]}
        ]
        return json_answer(200, page(request, "usage_records", rows))


def _kind(request: Request) -> str:
    return request.path.removeprefix(ROOT + "/").partition("/")[0].removesuffix(".json")


def _created(row: JsonObject) -> datetime:
    return parsedate_to_datetime(str(row["date_created"]))


def _sid(prefix: str) -> str:
    return prefix + uuid.uuid4().hex


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
