"""What Vapi refuses in a query or a body: the messages of its validation, none when all is well."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from tests.simulators.wire import JsonObject, Request

LIST_LIMIT = 1000
NAME_LIMIT = 40
E164 = re.compile(r"\+[1-9]\d{6,14}")
ASSISTANT_TEXTS = ("name", "firstMessage", "firstMessageMode", "voicemailMessage", "endCallMessage")
ASSISTANT_FIELDS = frozenset(
    {
        *ASSISTANT_TEXTS,
        *("transcriber", "model", "voice", "voicemailDetection", "server", "hooks", "credentials", "credentialIds"),
        *("clientMessages", "serverMessages", "transportConfigurations", "endCallPhrases", "metadata"),
        *("firstMessageInterruptionsEnabled", "maxDurationSeconds", "backgroundSound", "modelOutputInMessagesEnabled"),
        *("observabilityPlan", "compliancePlan", "analysisPlan", "artifactPlan", "startSpeakingPlan", "monitorPlan"),
        *("stopSpeakingPlan", "backgroundSpeechDenoisingPlan", "keypadInputPlan"),
    }
)
CALL_FIELDS = frozenset(
    {
        *("assistantId", "assistant", "assistantOverrides", "assistantVersion", "squadId", "squad", "squadOverrides"),
        *("workflowId", "workflow", "workflowOverrides", "phoneNumberId", "phoneNumber", "customerId", "customer"),
        *("customers", "name", "schedulePlan", "transport"),
    }
)
PHONE_NUMBER_FIELDS = frozenset(
    {
        *("fallbackDestination", "hooks", "provider", "smsEnabled", "name", "assistantId", "workflowId", "squadId"),
        *("server", "number", "numberE164CheckEnabled", "numberDesiredAreaCode", "sipUri", "authentication"),
        *("credentialId", "twilioAccountSid", "twilioAuthToken", "twilioApiKey", "twilioApiSecret"),
    }
)


def list_query(request: Request) -> list[str]:
    problems: list[str] = []
    for name in ("limit", "page"):
        text = request.parameter(name) or "0"
        if not text.isdecimal():
            problems.append(f"{name} must be a number conforming to the specified constraints")
        elif int(text) > LIST_LIMIT:
            problems.append(f"{name} must not be greater than {LIST_LIMIT}")
    for name, value in request.parameters:
        if re.fullmatch(r"(created|updated)At(Gt|Lt|Ge|Le)", name) and not _is_instant(value):
            problems.append(f"{name} must be a valid ISO 8601 date string")
    return problems


def assistant(body: JsonObject) -> list[str]:
    problems = [f"{name} must be a string" for name in ASSISTANT_TEXTS if not isinstance(body.get(name, ""), str)]
    if len(str(body.get("name") or "")) > NAME_LIMIT:
        problems.append(f"name must be shorter than or equal to {NAME_LIMIT} characters")
    return problems + _unknown(body, ASSISTANT_FIELDS)


def phone_number(body: JsonObject) -> list[str]:
    texts = ("name", "assistantId", "number")
    problems = [f"{name} must be a string" for name in texts if not isinstance(body.get(name) or "", str)]
    return problems + _unknown(body, PHONE_NUMBER_FIELDS)


def call(body: JsonObject) -> list[str]:
    problems = _unknown(body, CALL_FIELDS)
    for names in (
        ("assistantId", "assistant", "squadId", "squad", "workflowId", "workflow"),
        ("phoneNumberId", "phoneNumber"),
        ("customerId", "customer", "customers"),
    ):
        if not any(body.get(name) for name in names):
            problems.append("Need Either " + ", ".join(f"`{name}`" for name in names))
    customer = body.get("customer") or {}
    number = customer.get("number", "") if isinstance(customer, dict) else ""
    if body.get("customer") and not E164.fullmatch(str(number)):
        hint = "Hot tip, you may be missing the country code (Eg. US: +1)."
        problems.append(f"customer.number must be a valid phone number in the E.164 format. {hint}")
    return problems


BODIES: Mapping[str, Callable[[JsonObject], list[str]]] = {"assistant": assistant, "phone-number": phone_number}


def _unknown(body: JsonObject, known: frozenset[str]) -> list[str]:
    return [f"property {name} should not exist" for name in body if name not in known]


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
