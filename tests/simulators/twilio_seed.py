"""What the simulated Twilio account holds at the start, and the shape of its rows."""

from __future__ import annotations

from collections.abc import Mapping

from tests.simulators.wire import JsonObject

ACCOUNT_SID = "AC" + "0" * 31 + "1"
API_KEY = "SK" + "0" * 31 + "1"
API_SECRET = "simulated-twilio-secret"  # opens nothing but the simulator
AUTH_TOKEN = "simulated-twilio-token"  # opens nothing but the simulator
NUMBER = "+15005550130"
NUMBER_SID = "PN" + "0" * 31 + "1"
ROOT = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
VERSION = "2010-04-01"


def message(sid: str, fields: Mapping[str, str], media: int = 0) -> JsonObject:
    """A message that has just been accepted: no price and no date of sending yet."""
    path = f"{ROOT}/Messages/{sid}"
    service = fields.get("MessagingServiceSid")
    return {
        "sid": sid,
        "account_sid": ACCOUNT_SID,
        "messaging_service_sid": service,
        "to": fields["To"],
        "from": fields.get("From"),
        "body": fields.get("Body", ""),
        "status": "accepted" if service else "queued",
        "direction": "outbound-api",
        "num_segments": "0" if service else "1",
        "num_media": str(media),
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "error_message": None,
        "api_version": VERSION,
        "date_sent": None,
        "uri": f"{path}.json",
        "subresource_uris": {"media": f"{path}/Media.json"},
    }


def call(sid: str, fields: Mapping[str, str]) -> JsonObject:
    """A call that has just been queued."""
    path = f"{ROOT}/Calls/{sid}"
    empty = ("parent_call_sid", "start_time", "end_time", "duration", "price", "answered_by", "forwarded_from")
    return {
        **dict.fromkeys((*empty, "group_sid", "caller_name", "trunk_sid")),
        "sid": sid,
        "account_sid": ACCOUNT_SID,
        "to": fields["To"],
        "to_formatted": fields["To"],
        "from": fields["From"],
        "from_formatted": fields["From"],
        "phone_number_sid": NUMBER_SID,
        "status": "queued",
        "price_unit": "USD",
        "direction": "outbound-api",
        "api_version": VERSION,
        "queue_time": "0",
        "uri": f"{path}.json",
        "subresource_uris": {"recordings": f"{path}/Recordings.json", "events": f"{path}/Events.json"},
    }


def number(sid: str, phone_number: str, friendly_name: str) -> JsonObject:
    empty = ("address_sid", "identity_sid", "trunk_sid", "bundle_sid", "emergency_address_sid", "status_callback")
    voice = {"voice_url": None, "voice_method": "POST", "voice_fallback_url": None, "voice_fallback_method": "POST"}
    sms = {"sms_url": None, "sms_method": "POST", "sms_fallback_url": None, "sms_fallback_method": "POST"}
    nothing = dict.fromkeys((*empty, "voice_application_sid", "sms_application_sid"))
    return {
        **nothing,
        **voice,
        **sms,
        "sid": sid,
        "account_sid": ACCOUNT_SID,
        "phone_number": phone_number,
        "friendly_name": friendly_name,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "address_requirements": "none",
        "status_callback_method": "POST",
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        "emergency_status": "Inactive",
        "emergency_address_status": "unregistered",
        "origin": "twilio",
        "beta": False,
        "status": "in-use",
        "type": "local",
        "api_version": VERSION,
        "uri": f"{ROOT}/IncomingPhoneNumbers/{sid}.json",
    }


def _dated(row: JsonObject, day: int, **changed: str) -> JsonObject:
    moment = f"Thu, {day:02} Jan 2026 09:00:00 +0000"
    return row | {"date_created": moment, "date_updated": moment} | changed


def _sent(index: int) -> JsonObject:
    fields = {"To": f"+1500555012{index}", "From": NUMBER, "Body": f"Reminder {index}: your visit is tomorrow."}
    day = 1 + 7 * index
    sent = f"Thu, {day:02} Jan 2026 09:00:02 +0000"
    return _dated(message(f"SM{index:032}", fields), day, status="delivered", price="-0.00790", date_sent=sent)


def _finished_call() -> JsonObject:
    row = call("CA" + "0" * 31 + "1", {"To": "+15005550121", "From": NUMBER})
    times = {"start_time": "Thu, 08 Jan 2026 09:00:05 +0000", "end_time": "Thu, 08 Jan 2026 09:00:35 +0000"}
    return _dated(row, 8, status="completed", duration="30", price="-0.01400", **times)


def _usage(category: str, description: str, count: int, unit: str, price: float) -> JsonObject:
    return {
        "account_sid": ACCOUNT_SID,
        "api_version": VERSION,
        "category": category,
        "description": description,
        "count": str(count),
        "count_unit": unit,
        "usage": str(count),
        "usage_unit": unit,
        "price": price,
        "price_unit": "usd",
        "subresource_uris": {"today": f"{ROOT}/Usage/Records/Today.json?Category={category}"},
        "uri": f"{ROOT}/Usage/Records/Today.json?Category={category}",
    }


SEED: Mapping[str, tuple[JsonObject, ...]] = {
    "Messages": tuple(_sent(index) for index in range(1, 4)),
    "Calls": (_finished_call(),),
    "IncomingPhoneNumbers": (
        _dated(number(NUMBER_SID, NUMBER, "Main line"), 1),
        _dated(number("PN" + "0" * 31 + "2", "+15005550131", "Second line"), 8),
    ),
}
USAGE_TODAY = (
    _usage("sms", "SMS Messages", 3, "messages", 0.0237),
    _usage("calls", "Voice Minutes", 1, "calls", 0.014),
    _usage("totalprice", "Total Price", 4, "usd", 0.0377),
)
