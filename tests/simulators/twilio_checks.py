"""Twilio's errors: their bodies, and which code a form earns, magic test numbers included."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.simulators.wire import Answer, json_answer

Form = Mapping[str, list[str]]

E164 = re.compile(r"\+[1-9]\d{6,14}")
CHANNEL = re.compile(r"(whatsapp|messenger|client|sip):.+")
BODY_LIMIT = 1600
# The vendor's documented magic inputs of its test credentials.
MAGIC_OK_FROM = "+15005550006"
MAGIC_MESSAGE_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_MESSAGE_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
MAGIC_CALL_TO = {"+15005550001": 21217, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}
MAGIC_CALL_FROM = {"+15005550001": 21212}
MESSAGES = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    21201: "No 'To' number is specified",
    21205: "A url, TwiML or application is required",
    21210: "The source phone number {From} is not yet verified for your account.",
    21211: "The 'To' number {To} is not a valid phone number.",
    21212: "The 'From' number {From} is not a valid phone number, shortcode, or alphanumeric sender ID.",
    21213: "A 'From' phone number is required.",
    21214: "The phone number {To} cannot be reached.",
    21215: "Account not authorized to call {To}.",
    21216: "Account not allowed to call {To}.",
    21217: "Phone number {To} does not appear to be valid.",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {To}.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number {From} is not a valid, message-capable number for your account.",
    21608: "The number {To} is unverified. Trial accounts cannot send messages to unverified numbers.",
    21610: "Attempt to send to unsubscribed recipient {To}.",
    21611: "The 'From' number {From} has exceeded the maximum number of queued messages.",
    21612: "The message cannot be sent with the current combination of 'To' ({To}) and/or 'From' ({From}).",
    21614: "The 'To' number {To} is not a valid mobile number.",
    21617: "The concatenated message body exceeds the 1600 character limit.",
}


def error(code: int, status: int = 400, message: str | None = None) -> Answer:
    """The vendor's error body for one of its codes."""
    text = message or MESSAGES.get(code, "An error occurred")
    more = f"https://www.twilio.com/docs/errors/{code}"
    return json_answer(status, {"code": code, "message": text, "more_info": more, "status": status})


def rate_limited() -> Answer:
    """A 429 says that nothing was done; the vendor promises no Retry-After."""
    return error(20429, 429)


def message_problem(form: Form, numbers: set[str]) -> int | None:
    """What is missing comes before what is wrong."""
    to, sender, body = _first(form, "To"), _first(form, "From"), _first(form, "Body")
    service = _first(form, "MessagingServiceSid")
    if not to:
        return 21604
    if not sender and not service:
        return 21603
    if not (body or _first(form, "MediaUrl") or _first(form, "ContentSid")):
        return 21602
    if len(body) > BODY_LIMIT:
        return 21617
    wrong_sender = None if service else _message_sender_problem(sender, numbers)
    return _recipient_problem(to, MAGIC_MESSAGE_TO, 21211) or wrong_sender


def call_problem(form: Form, numbers: set[str]) -> int | None:
    to, sender = _first(form, "To"), _first(form, "From")
    if not to:
        return 21201
    if not sender:
        return 21213
    if not any(_first(form, name) for name in ("Url", "Twiml", "ApplicationSid")):
        return 21205
    if sender in MAGIC_CALL_FROM:
        return MAGIC_CALL_FROM[sender]
    unverified = None if sender in {MAGIC_OK_FROM, *numbers} else 21210
    return _recipient_problem(to, MAGIC_CALL_TO, 21217) or unverified


def described(code: int, form: Form) -> str:
    return MESSAGES[code].format(To=_first(form, "To"), From=_first(form, "From"))


def _first(form: Form, name: str) -> str:
    return form.get(name, [""])[0]


def _recipient_problem(to: str, magic: Mapping[str, int], malformed: int) -> int | None:
    if to in magic:
        return magic[to]
    return None if E164.fullmatch(to) or CHANNEL.fullmatch(to) else malformed


def _message_sender_problem(sender: str, numbers: set[str]) -> int | None:
    if sender in MAGIC_MESSAGE_FROM:
        return MAGIC_MESSAGE_FROM[sender]
    if sender in {MAGIC_OK_FROM, *numbers}:
        return None
    return 21606 if E164.fullmatch(sender) else 21212
