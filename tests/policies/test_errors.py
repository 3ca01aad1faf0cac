"""What a vendor's refusal means is decided once, and callers read it in words of their own."""

from typing import Any

import msgspec
import pytest

from gateway import Call, Handler, Headers, Reply
from gateway.errors import CircuitOpen, GatewayError, InvalidRequest, UpstreamReset, UpstreamTimeout, Violation
from gateway_policies.errors import policy
from gateway_policies.errors_rules import ErrorRule, When
from tests.kit import call, kit, pipeline, run, site

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT
BAD_NUMBER = ErrorRule(
    when=When(status=400, body={"code": (21211, 21614)}),
    slug="invalid-phone-number",
    status=422,
    title="That phone number is not valid",
    detail="Write it with its country code.",
)


def answering(status: int, body: object = None, headers: Headers = ()) -> Handler:
    async def vendor(_: Call) -> Reply:
        return Reply(status, headers, msgspec.json.encode(body))

    return vendor


def failing(error: GatewayError) -> Handler:
    async def vendor(_: Call) -> Reply:
        raise error

    return vendor


def answered(vendor: Handler, *rules: ErrorRule, request: Headers = (), **operation: Any) -> tuple[Reply, Any]:
    async def scenario() -> Reply:
        handler = pipeline(policy, rules or None, vendor, at=site(**operation), using=kit(now=NOW))
        return await handler(call(headers=request))

    reply = run(scenario())
    assert isinstance(reply.body, bytes)
    is_json = (reply.header(b"content-type") or b"").endswith(b"json")
    return reply, msgspec.json.decode(reply.body) if is_json else reply.body


def test_a_rule_gives_a_refusal_its_own_words() -> None:
    reply, problem = answered(answering(400, {"code": 21211, "message": "inner words"}), BAD_NUMBER)

    assert reply.status == 422
    assert problem["type"].endswith("/problems/invalid-phone-number")
    assert problem["title"] == "That phone number is not valid"
    assert problem["detail"] == "Write it with its country code."
    assert (problem["integration"], problem["endpoint"]) == ("crm", "crm.list_contacts")
    assert b"inner words" not in reply.body  # type: ignore[operator]


@pytest.mark.parametrize(
    ("status", "told", "slug", "retryable"),
    [
        (400, 400, "upstream-rejected", False),
        (401, 502, "upstream-auth-failed", False),
        (403, 502, "upstream-auth-failed", False),
        (404, 404, "upstream-rejected", False),
        (429, 429, "upstream-rate-limited", True),
        (500, 502, "upstream-error", True),
        (302, 502, "upstream-error", False),
        (304, 502, "upstream-error", False),
    ],
)
def test_without_a_rule_the_built_in_map_decides(status: int, told: int, slug: str, retryable: bool) -> None:
    reply, problem = answered(answering(status, {"secret": "vendor"}))

    assert (reply.status, problem["type"].rpartition("/")[2], problem["retryable"]) == (told, slug, retryable)
    assert reply.header(b"proxy-status") == b"gateway; received-status=%d" % status
    assert b'vendor"' not in reply.body  # type: ignore[operator]


@pytest.mark.parametrize(("method", "status"), [("GET", 304), ("HEAD", 304), ("POST", 502), ("OPTIONS", 502)])
def test_a_304_that_the_caller_of_a_read_asked_for_passes(method: str, status: int) -> None:
    reply, _ = answered(answering(304), request=((b"if-none-match", b'"a"'),), method=method)

    assert reply.status == status
    assert reply.verdict is None


def test_a_success_is_never_touched_whatever_it_carries() -> None:
    reply, _ = answered(answering(202, {"code": 21211}, ((b"retry-after", b"5"),)), BAD_NUMBER)

    assert reply.status == 202
    assert reply.verdict is None


@pytest.mark.parametrize(
    ("field", "wait"),
    [
        (b"7", b"7"),
        (b"Fri, 15 Jan 2027 08:02:00 GMT", b"120"),
        (b"Fri, 15 Jan 2021 08:02:00 GMT", b"1"),
        (b"soon", b"1"),
        (b"-5", b"1"),
        (b"99999999999999999999", b"86400"),
    ],
)
def test_a_vendors_wish_to_wait_reaches_the_caller_in_seconds(field: bytes, wait: bytes) -> None:
    reply, _ = answered(answering(429, {}, ((b"retry-after", field),)))

    assert reply.header(b"retry-after") == wait


def test_a_class_moves_a_403_to_where_it_belongs() -> None:
    rule = ErrorRule(
        when=When(status=403, body={"error.errors[0].reason": ("rateLimitExceeded",)}), kind="rate_limited"
    )
    reply, problem = answered(answering(403, {"error": {"errors": [{"reason": "rateLimitExceeded"}]}}), rule)

    assert reply.status == 429
    assert reply.header(b"retry-after") == b"1"
    assert problem["type"].endswith("upstream-rate-limited")


def test_the_first_rule_that_fits_decides() -> None:
    general = ErrorRule(when=When(status="4xx"), slug="refused", status=409, title="Refused")

    assert answered(answering(400, {"code": 21211}), BAD_NUMBER, general)[0].status == 422
    assert answered(answering(400, {"code": 1}), BAD_NUMBER, general)[0].status == 409
    assert answered(answering(400, {"code": 21211}), general, BAD_NUMBER)[0].status == 409


def test_true_is_not_one() -> None:
    assert (
        answered(answering(400, {"code": True}), ErrorRule(**{**_fields(), "when": When(body={"code": 1})}))[0].status
        == 400
    )


def test_a_rule_may_ask_for_a_header_field() -> None:
    rule = ErrorRule(**{**_fields(), "when": When(status=400, header={"X-Reason": "quota"})})

    assert answered(answering(400, {}, ((b"x-reason", b"quota"),)), rule)[0].status == 422
    assert answered(answering(400, {}, ((b"x-reason", b"other"),)), rule)[0].status == 400


def test_a_reason_speaks_of_having_no_answer() -> None:
    rule = ErrorRule(**{**_fields(), "when": When(reason="timeout")})

    assert answered(failing(UpstreamTimeout("slow")), rule)[0].status == 422
    assert answered(failing(UpstreamReset("cut")), rule)[0].status == 502


def test_a_failure_of_the_gateway_is_a_problem_with_its_proxy_status_and_wait() -> None:
    reply, problem = answered(failing(CircuitOpen("resting", retry_after=12.3)))

    assert reply.status == 503
    assert reply.header(b"retry-after") == b"13"
    assert reply.header(b"proxy-status") == b"gateway; error=destination_unavailable"
    assert reply.header(b"cache-control") == b"no-store"
    assert problem["attempts"] == 0


def test_violations_are_told_one_by_one() -> None:
    violations = [Violation("query", "required", name="limit")]
    _, problem = answered(failing(InvalidRequest("no", violations=violations)))

    assert problem["errors"] == [{"in": "query", "detail": "required", "name": "limit"}]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"status": 401}, "throw away their own key"),
        ({"title": ""}, "length"),
        ({"when": {}}, "is empty"),
        ({"when": {"body": {"[": 1}}}, "not a JMESPath"),
        ({"when": {"reason": "reset", "status": 500}}, "stands alone"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(fields: dict[str, Any], says: str) -> None:
    written = {"when": {"status": 400}, "slug": "a", "status": 422, "title": "A", **fields}

    with pytest.raises(msgspec.ValidationError, match=says):
        msgspec.convert(written, ErrorRule)


SHAPE = {"message": "{title}", "statusCode": "{status}", "error": {"text": "{slug}: {detail}"}}


def test_a_native_mount_answers_in_the_vendors_own_shape() -> None:
    own = answering(429, {"message": "slow down"})
    native: dict[str, Any] = {"native": True, "error_format": "vendor", "error_body": SHAPE}

    passed, body = answered(own, **native)
    assert passed.status == 429
    assert passed.body == b'{"message":"slow down"}'

    refused, body = answered(failing(CircuitOpen("resting")), **native)
    assert refused.status == 503
    assert body == {
        "message": CircuitOpen.title,
        "statusCode": 503,
        "error": {"text": "circuit-open: resting"},
    }


@pytest.mark.parametrize(("template", "filled"), [("20{status}", 20503), ("{status}!", "503!"), ("{status}", 503)])
def test_digits_around_the_status_make_a_number(template: str, filled: object) -> None:
    _, body = answered(
        failing(CircuitOpen("resting")), native=True, error_format="vendor", error_body={"code": template}
    )

    assert body == {"code": filled}


@pytest.mark.parametrize("status", [401, 302, 307])
def test_what_speaks_of_our_key_or_leads_past_us_is_a_502_on_a_native_mount_too(status: int) -> None:
    refused, body = answered(
        answering(status, {"message": "Invalid Key"}), native=True, error_format="vendor", error_body=SHAPE
    )

    assert refused.status == 502
    assert body["statusCode"] == 502
    assert "Invalid" not in str(body)


@pytest.mark.parametrize("status", [429, 503])
def test_a_native_refusal_that_asks_to_wait_says_how_long(status: int) -> None:
    refused, _ = answered(answering(status, {}), native=True, error_format="vendor", error_body=SHAPE)

    assert refused.header(b"retry-after") == b"1"


def test_both_carries_the_vendors_members_beside_the_problem() -> None:
    refused, body = answered(failing(CircuitOpen("resting")), native=True, error_format="both", error_body=SHAPE)

    assert refused.header(b"content-type") == b"application/problem+json"
    assert body["statusCode"] == 503
    assert body["status"] == 503


def test_a_refusal_that_is_no_json_does_not_break_a_rule_that_reads_it() -> None:
    async def vendor(_: Call) -> Reply:
        return Reply(400, (), b"[" * 100_000)

    assert answered(vendor, BAD_NUMBER)[0].status == 400


def _fields() -> dict[str, Any]:
    return {"slug": "told", "status": 422, "title": "Told"}
