"""Pages of listed origins may call the gateway and read its answers (the Fetch standard's CORS protocol)."""

from gateway.contract import Headers, first

EXPOSED = (
    b"x-correlation-id, cache-status, ratelimit, ratelimit-policy, retry-after, server-timing, etag, link, "
    b"idempotency-replayed"
)
_VARY = (b"vary", b"Origin")


def cors_fields(headers: Headers, origins: frozenset[bytes]) -> Headers:
    """What an answer carries so that a page of a listed origin may read it."""
    origin = first(headers, b"origin")
    if origin not in origins:
        return (_VARY,)
    return ((b"access-control-allow-origin", origin or b""), (b"access-control-expose-headers", EXPOSED), _VARY)


def preflight(headers: Headers, origins: frozenset[bytes], allow: bytes) -> Headers:
    """What a listed origin's page may send, where it asks beforehand."""
    if first(headers, b"origin") not in origins or first(headers, b"access-control-request-method") is None:
        return ()
    asked = first(headers, b"access-control-request-headers")
    wanted = () if asked is None else ((b"access-control-allow-headers", asked),)
    return ((b"access-control-allow-methods", allow), (b"access-control-max-age", b"600"), *wanted)
