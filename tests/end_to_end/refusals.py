"""What the vendors refuse, in their own words, and what a caller is told instead."""

from collections.abc import Iterator

import msgspec

from tests.simulators import Answer, google, microsoft, twilio, vapi

WORDS = "inner words of the vendor"
SOON = {"Retry-After": "0.05"}
"""Vendors whose limits are kept rest for a second when they do not say how long: too long for so many cases."""

AUTH, LIMITED, FAILED = "upstream-auth-failed", "upstream-rate-limited", "upstream-error"


class Refusal(msgspec.Struct, frozen=True):
    """The endpoint that is asked, the vendor's answer, the slug and status that the caller gets, and the rule's scope:
    an integration or an endpoint; None where no rule of the file but a built-in one is meant."""

    endpoint: str
    answer: Answer
    slug: str
    status: int
    scope: str | None
    code: str = ""

    @property
    def name(self) -> str:
        return f"{self.endpoint}-{self.answer.status}-{self.code}"


def _vapi(endpoint: str, status: int, slug: str, told: int, scope: str | None = "") -> Refusal:
    return Refusal(f"vapi.{endpoint}", vapi.error(status, WORDS), slug, told, _scope("vapi", endpoint, scope))


def _twilio(endpoint: str, code: int, slug: str, told: int, status: int = 400, scope: str | None = "twilio") -> Refusal:
    return Refusal(f"twilio.{endpoint}", twilio.error(code, status, WORDS), slug, told, scope, str(code))


def _google(endpoint: str, status: int, reason: str, slug: str, told: int, scope: str | None = None) -> Refusal:
    answer = google.error(status, reason, WORDS)
    if slug == LIMITED:
        answer = answer.with_headers(SOON)
    return Refusal(endpoint, answer, slug, told, scope or endpoint.partition(".")[0], reason)


def _graph(endpoint: str, status: int, code: str, slug: str, told: int) -> Refusal:
    answer = microsoft.error(status, code, WORDS)
    if slug == LIMITED:
        answer = answer.with_headers(SOON)
    return Refusal(f"microsoft.{endpoint}", answer, slug, told, "microsoft", code)


def _scope(integration: str, endpoint: str, scope: str | None) -> str | None:
    return f"{integration}.{endpoint}" if scope == "" else scope


def _of_vapi() -> Iterator[Refusal]:
    for status in (401, 403):
        yield _vapi("list_assistants", status, AUTH, 502, "vapi")
    yield _vapi("list_calls", 429, LIMITED, 429, "vapi")
    yield _vapi("list_calls", 503, FAILED, 502, None)
    yield _vapi("create_assistant", 400, "upstream-rejected", 400, None)
    for endpoint in ("get_assistant", "update_assistant", "delete_assistant"):
        yield _vapi(endpoint, 404, "assistant-not-found", 404)
    yield _vapi("delete_assistant", 409, "assistant-in-use", 409)
    yield _vapi("get_call", 404, "call-not-found", 404)
    yield _vapi("create_call", 400, "call-refused", 422)
    for endpoint in ("get_phone_number", "update_phone_number"):
        yield _vapi(endpoint, 404, "phone-number-not-found", 404)
    for endpoint in ("get_settings", "update_settings"):
        yield _vapi(endpoint, 404, "main-assistant-missing", 502)


def _of_twilio() -> Iterator[Refusal]:
    yield _twilio("get_balance", 20003, AUTH, 502, 401)
    yield _twilio("send_message", 20429, LIMITED, 429, 429)
    yield _twilio("get_balance", 20500, FAILED, 502, 500)
    yield _twilio("get_balance", 20503, FAILED, 502, 503)
    yield _twilio("get_message", 20404, "twilio-item-not-found", 404, 404)
    yield _twilio("send_message", 21617, "upstream-rejected", 400, scope=None)
    for code, slug, told in (
        (21211, "invalid-phone-number", 422),
        (21217, "invalid-phone-number", 422),
        (21210, "invalid-sender", 422),
        (21212, "invalid-sender", 422),
        (21408, "region-not-enabled", 403),
        (21215, "region-not-enabled", 403),
        (21608, "trial-account", 403),
        (21219, "trial-account", 403),
    ):
        yield _twilio("create_call", code, slug, told)
    for code, slug in (
        (21614, "not-a-mobile-number"),
        (21610, "recipient-opted-out"),
        (21606, "sender-cannot-text"),
        (21603, "sender-missing"),
        (21612, "no-route"),
    ):
        yield _twilio("send_message", code, slug, 422, scope="twilio.send_message")


def _of_google() -> Iterator[Refusal]:
    for endpoint in ("google-calendar.list_calendars", "gmail.get_profile"):
        for reason in ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"):
            yield _google(endpoint, 403, reason, LIMITED, 429)
        yield _google(endpoint, 429, "rateLimitExceeded", LIMITED, 429)
        yield _google(endpoint, 401, "authError", AUTH, 502)
        yield _google(endpoint, 500, "backendError", FAILED, 502)
        yield _google(endpoint, 500, "internalError", FAILED, 502)
        yield _google(endpoint, 403, "insufficientPermissions", "permission-not-granted", 403)
        yield _google(endpoint, 403, "accessNotConfigured", "google-api-switched-off", 502)
    for endpoint, status, reason, slug, told in (
        ("delete_event", 403, "forbiddenForNonOrganizer", "not-your-event", 403),
        ("patch_event", 403, "requiredAccessLevel", "not-your-event", 403),
        ("get_event", 404, "notFound", "event-not-found", 404),
        ("delete_event", 410, "deleted", "event-already-deleted", 410),
        ("create_event", 409, "duplicate", "event-already-exists", 409),
        ("list_events", 410, "fullSyncRequired", "full-sync-required", 410),
        ("list_events", 410, "updatedMinTooLongAgo", "full-sync-required", 410),
        ("patch_event", 412, "preconditionFailed", "event-changed", 412),
        ("patch_event", 412, "conditionNotMet", "event-changed", 412),
    ):
        yield _google(f"google-calendar.{endpoint}", status, reason, slug, told)
    yield _google("gmail.get_profile", 400, "failedPrecondition", "mailbox-unavailable", 422)
    for reason in ("invalidArgument", "badRequest"):
        yield _google("gmail.send_message", 400, reason, "invalid-mail", 422, "gmail.send_message")
    yield _google("gmail.send_message", 404, "notFound", "conversation-not-found", 404, "gmail.send_message")


def _of_microsoft() -> Iterator[Refusal]:
    for status, code, slug, told in (
        (429, "TooManyRequests", LIMITED, 429),
        (429, "ApplicationThrottled", LIMITED, 429),
        (503, "activityLimitReached", LIMITED, 429),
        (401, "InvalidAuthenticationToken", AUTH, 502),
        (503, "ErrorServerBusy", FAILED, 502),
        (503, "ErrorMailboxStoreUnavailable", FAILED, 502),
        (500, "ErrorInternalServerTransientError", FAILED, 502),
        (403, "ErrorAccessDenied", "permission-not-granted", 403),
        (404, "ErrorItemNotFound", "event-not-found", 404),
        (400, "ErrorInvalidRecipients", "invalid-recipients", 422),
        (412, "ErrorIrresolvableConflict", "event-changed", 412),
        (404, "MailboxNotEnabledForRESTAPI", "mailbox-unavailable", 422),
        (403, "ErrorQuotaExceeded", "mailbox-full", 422),
    ):
        yield _graph("create_event" if slug in {LIMITED, FAILED} else "get_event", status, code, slug, told)


REFUSALS = (*_of_vapi(), *_of_twilio(), *_of_google(), *_of_microsoft())
