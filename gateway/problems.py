"""How a failure looks to callers: an RFC 9457 problem document, with Retry-After and Proxy-Status (RFC 9209)."""

import math
from typing import Any

import msgspec

from gateway.contract import Headers, Reply, Verdict
from gateway.errors import GatewayError

_ENCODER = msgspec.json.Encoder()
_FIXED: Headers = ((b"content-type", b"application/problem+json"), (b"cache-control", b"no-store"))
_WAIT = {429, 503}
"""These never go out without Retry-After."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What the page of a problem tells: without `statuses` it keeps the vendor's, without `endpoints` it is general."""

    slug: str
    title: str
    statuses: tuple[int, ...] = ()
    details: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()


def problem_reply(
    cause: GatewayError | Verdict,
    *,
    correlation_id: str,
    public_url: str = "",
    integration: str = "",
    endpoint: str = "",
    attempts: int = 0,
    received: int | None = None,
    proxy_error: str | None = None,
) -> Reply:
    """The answer for one failure; `received` is the vendor's status behind a verdict, `endpoint` the endpoint's id.

    `proxy_error` is for a verdict that stands for a failure of the gateway's own; an error knows its own. What is
    empty (integration and endpoint of an address that leads nowhere) is left out of the document.
    """
    document: dict[str, Any] = {
        "type": f"{public_url}/problems/{cause.slug}",
        "title": cause.title,
        "status": cause.status,
        "detail": cause.detail or cause.title,
        "instance": f"urn:correlation:{correlation_id}",
        "correlation_id": correlation_id,
    }
    if integration:
        document["integration"] = integration
    if endpoint:
        document["endpoint"] = endpoint
    document["attempts"] = attempts
    document["retryable"] = cause.retryable
    if isinstance(cause, GatewayError):
        if cause.violations:
            document["errors"] = cause.violations
        document |= cause.members
        proxy_error = cause.proxy_error
    headers = (*_FIXED, *_retry_after(cause), *_proxy_status(proxy_error, received), *cause.headers)
    return Reply(cause.status, headers, _ENCODER.encode(document))


def _retry_after(cause: GatewayError | Verdict) -> Headers:
    wait = cause.retry_after
    if cause.status not in _WAIT and (wait is None or not cause.retryable):
        return ()
    return ((b"retry-after", b"%d" % max(1, math.ceil(wait or 0))),)


def _proxy_status(error: str | None, received: int | None) -> Headers:
    if error is not None:
        return ((b"proxy-status", b"gateway; error=" + error.encode()),)
    if received is not None:
        return ((b"proxy-status", b"gateway; received-status=%d" % received),)
    return ()
