"""Google's credential check and error bodies, the same for Calendar and Gmail."""

from __future__ import annotations

from tests.simulators.simulator import RefusedError
from tests.simulators.wire import Answer, JsonObject, Request, json_answer

ACCESS_TOKEN = "simulated-google-access-token"  # opens nothing but the simulators
EMAIL = "alex@example.com"
STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    410: "FAILED_PRECONDITION",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}


def error(status: int, reason: str, message: str, *, domain: str = "global", **location: str) -> Answer:
    """The vendor's error body; keyword `location` and `locationType` go into its one detail."""
    detail = {"domain": domain, "reason": reason, "message": message} | location
    named = {"code": status, "message": message, "errors": [detail], "status": STATUSES.get(status, "INTERNAL")}
    return json_answer(status, {"error": named})


def rate_limited(reason: str = "rateLimitExceeded", status: int = 403) -> Answer:
    """Google's limits: 403 or 429, told from a refusal only by their reason; no Retry-After."""
    message = {
        "rateLimitExceeded": "Rate Limit Exceeded",
        "userRateLimitExceeded": "User Rate Limit Exceeded",
        "quotaExceeded": "Calendar usage limits exceeded.",
    }.get(reason, "Quota exceeded.")
    return error(status, reason, message, domain="usageLimits")


def refusal(request: Request) -> Answer | None:
    sent = request.header("authorization")
    if sent == f"Bearer {ACCESS_TOKEN}":
        return None
    place = {"location": "Authorization", "locationType": "header"}
    realm = 'Bearer realm="https://accounts.google.com/"'
    if not sent:
        return error(401, "required", "Login Required.", **place).with_headers({"WWW-Authenticate": realm})
    challenge = {"WWW-Authenticate": f'{realm}, error="invalid_token"'}
    return error(401, "authError", "Invalid Credentials", **place).with_headers(challenge)


def unknown(_request: Request) -> Answer:
    return error(404, "notFound", "Not Found")


def invalid(message: str, location: str, reason: str = "invalid") -> RefusedError:
    return RefusedError(error(400, reason, message, location=location, locationType="parameter"))


def json_object(request: Request) -> JsonObject:
    try:
        body: JsonObject = request.json() if request.body else {}
    except ValueError as exc:
        raise RefusedError(error(400, "parseError", "Parse Error")) from exc
    if not isinstance(body, dict):
        raise RefusedError(error(400, "parseError", "Parse Error"))
    return body


def whole(request: Request, name: str, otherwise: int, most: int) -> int:
    """A size from the query; the vendor cuts what is too large down to its own limit."""
    text = request.parameter(name) or str(otherwise)
    if not text.isdecimal() or not int(text):
        raise invalid(f"Invalid value '{text}' for {name}.", name)
    return min(int(text), most)
