"""A call of each endpoint of Vapi and Twilio."""

from collections.abc import Mapping
from typing import Any

from tests.end_to_end.case import Case
from tests.simulators import twilio, vapi
from tests.simulators.cases import CALL, ROOT

SENDER = "+15005550006"
SECOND_NUMBER = "PN" + "0" * 31 + "2"
MESSAGE = "SM" + "0" * 31 + "1"
FINISHED = "CA" + "0" * 31 + "1"
UPDATE = {"firstMessage": "Hello, this is the bakery."}

VAPI: Mapping[str, Case] = {
    "vapi.list_assistants": Case(
        ask="GET /vapi/assistants?limit=2&created_after=2025-12-31T00:00:00Z&created_before=2026-02-01T00:00:00Z",
        heard="GET /assistant",
        query=(
            ("limit", "2"),
            ("createdAtGt", "2025-12-31T00:00:00Z"),
            ("createdAtLt", "2026-02-01T00:00:00Z"),
        ),
        shows={f"[?id=='{vapi.ASSISTANT_ID}'].name | [0]": "Front desk 1"},
    ),
    "vapi.get_assistant": Case(
        ask=f"GET /vapi/assistants/{vapi.ASSISTANT_ID}",
        heard=f"GET /assistant/{vapi.ASSISTANT_ID}",
        shows={"id": vapi.ASSISTANT_ID, "model.provider": "openai"},
    ),
    "vapi.create_assistant": Case(
        ask="POST /vapi/assistants",
        body={"name": "Reception", **UPDATE},
        heard="POST /assistant",
        status=201,
        shows={"name": "Reception", "orgId": vapi.ORG_ID},
    ),
    "vapi.update_assistant": Case(
        ask=f"PATCH /vapi/assistants/{vapi.ASSISTANT_ID}",
        body=UPDATE,
        heard=f"PATCH /assistant/{vapi.ASSISTANT_ID}",
        shows=UPDATE,
    ),
    "vapi.delete_assistant": Case(
        ask=f"DELETE /vapi/assistants/{vapi.OTHER_ASSISTANT_ID}",
        heard=f"DELETE /assistant/{vapi.OTHER_ASSISTANT_ID}",
        shows={"id": vapi.OTHER_ASSISTANT_ID},
    ),
    "vapi.list_calls": Case(
        ask=f"GET /vapi/calls?assistant_id={vapi.ASSISTANT_ID}&phone_number_id={vapi.PHONE_NUMBER_ID}",
        heard="GET /call",
        query=(
            ("limit", "100"),
            ("assistantId", vapi.ASSISTANT_ID),
            ("phoneNumberId", vapi.PHONE_NUMBER_ID),
        ),
        shows={f"[?id=='{vapi.CALL_ID}'].endedReason | [0]": "customer-ended-call"},
    ),
    "vapi.get_call": Case(
        ask=f"GET /vapi/calls/{vapi.CALL_ID}",
        heard=f"GET /call/{vapi.CALL_ID}",
        shows={"id": vapi.CALL_ID, "cost": 0.0421},
    ),
    "vapi.create_call": Case(
        ask="POST /vapi/calls",
        body=CALL,
        heard="POST /call",
        status=201,
        shows={"status": "queued", "customer.number": "+15005550120"},
    ),
    "vapi.list_phone_numbers": Case(
        ask="GET /vapi/phone-numbers",
        heard="GET /phone-number",
        query=(("limit", "100"),),
        shows={"[0].id": vapi.PHONE_NUMBER_ID},
    ),
    "vapi.get_phone_number": Case(
        ask=f"GET /vapi/phone-numbers/{vapi.PHONE_NUMBER_ID}",
        heard=f"GET /phone-number/{vapi.PHONE_NUMBER_ID}",
        shows={"number": "+15005550130"},
    ),
    "vapi.update_phone_number": Case(
        ask=f"PATCH /vapi/phone-numbers/{vapi.PHONE_NUMBER_ID}",
        body={"name": "Bakery line"},
        heard=f"PATCH /phone-number/{vapi.PHONE_NUMBER_ID}",
        shows={"name": "Bakery line"},
    ),
    "vapi.get_settings": Case(
        ask="GET /vapi/settings", heard=f"GET /assistant/{vapi.ASSISTANT_ID}", shows={"id": vapi.ASSISTANT_ID}
    ),
    "vapi.update_settings": Case(
        ask="PATCH /vapi/settings",
        body={"maxDurationSeconds": 900},
        heard=f"PATCH /assistant/{vapi.ASSISTANT_ID}",
        shows={"id": vapi.ASSISTANT_ID, "maxDurationSeconds": 900},
    ),
}

_TEXT: Mapping[str, Any] = {
    "to": "+15005550120",
    "from": SENDER,
    "body": "Grüße & more = 100%",
    "media_url": ["https://example.com/a.png", "https://example.com/b.png"],
    "validity_period": 600,
}
TWILIO: Mapping[str, Case] = {
    "twilio.list_phone_numbers": Case(
        ask="GET /twilio/phone-numbers?phone_number=%2B15005550131&page_size=5",
        heard=f"GET {ROOT}/IncomingPhoneNumbers.json",
        query=(("PhoneNumber", "+15005550131"), ("PageSize", "5")),
        shows={"incoming_phone_numbers[0].sid": SECOND_NUMBER, "next_page_uri": None},
    ),
    "twilio.get_phone_number": Case(
        ask=f"GET /twilio/phone-numbers/{twilio.NUMBER_SID}",
        heard=f"GET {ROOT}/IncomingPhoneNumbers/{twilio.NUMBER_SID}.json",
        shows={"phone_number": twilio.NUMBER},
    ),
    "twilio.update_phone_number": Case(
        ask=f"PATCH /twilio/phone-numbers/{twilio.NUMBER_SID}",
        body={"friendly_name": "Front desk", "voice_url": "https://example.com/voice?a=1&b=2", "voice_method": "POST"},
        heard=f"POST {ROOT}/IncomingPhoneNumbers/{twilio.NUMBER_SID}.json",
        form={
            "FriendlyName": ["Front desk"],
            "VoiceUrl": ["https://example.com/voice?a=1&b=2"],
            "VoiceMethod": ["POST"],
        },
        shows={"friendly_name": "Front desk"},
    ),
    "twilio.release_phone_number": Case(
        ask=f"DELETE /twilio/phone-numbers/{SECOND_NUMBER}",
        heard=f"DELETE {ROOT}/IncomingPhoneNumbers/{SECOND_NUMBER}.json",
        status=204,
    ),
    "twilio.list_messages": Case(
        ask="GET /twilio/messages?to=%2B15005550121&date_sent_after=2026-01-01T00:00:00Z",
        heard=f"GET {ROOT}/Messages.json",
        query=(("PageSize", "50"), ("To", "+15005550121"), ("DateSent>", "2026-01-01T00:00:00Z")),
        shows={"length(messages)": 1, "messages[0].sid": MESSAGE},
    ),
    "twilio.get_message": Case(
        ask=f"GET /twilio/messages/{MESSAGE}",
        heard=f"GET {ROOT}/Messages/{MESSAGE}.json",
        shows={"status": "delivered", "price": "-0.00790"},
    ),
    "twilio.send_message": Case(
        ask="POST /twilio/messages",
        body=_TEXT,
        heard=f"POST {ROOT}/Messages.json",
        status=201,
        form={
            "To": ["+15005550120"],
            "From": [SENDER],
            "Body": ["Grüße & more = 100%"],
            "MediaUrl": ["https://example.com/a.png", "https://example.com/b.png"],
            "ValidityPeriod": ["600"],
        },
        shows={"status": "queued", "body": "Grüße & more = 100%", "num_media": "2"},
    ),
    "twilio.create_call": Case(
        ask="POST /twilio/calls",
        body={
            "to": "+15005550120",
            "from": SENDER,
            "url": "https://example.com/twiml",
            "status_callback": "https://example.com/events",
            "status_callback_event": ["ringing", "completed"],
            "record": True,
        },
        heard=f"POST {ROOT}/Calls.json",
        status=201,
        form={
            "To": ["+15005550120"],
            "From": [SENDER],
            "Url": ["https://example.com/twiml"],
            "StatusCallback": ["https://example.com/events"],
            "StatusCallbackEvent": ["ringing", "completed"],
            "Record": ["true"],
        },
        shows={"status": "queued", "to": "+15005550120"},
    ),
    "twilio.get_call": Case(
        ask=f"GET /twilio/calls/{FINISHED}",
        heard=f"GET {ROOT}/Calls/{FINISHED}.json",
        shows={"duration": "30"},
    ),
    "twilio.get_balance": Case(
        ask="GET /twilio/balance", heard=f"GET {ROOT}/Balance.json", shows={"balance": "17.42", "currency": "USD"}
    ),
    "twilio.list_usage_today": Case(
        ask="GET /twilio/usage/today?category=sms",
        heard=f"GET {ROOT}/Usage/Records/Today.json",
        query=(("PageSize", "50"), ("Category", "sms")),
        shows={"usage_records[0].count": "3"},
    ),
}
