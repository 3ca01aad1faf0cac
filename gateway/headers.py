"""Which header fields cross the gateway: allow-lists, so that what nobody thought of stays where it came from."""

from gateway.contract import Headers

TO_VENDOR = frozenset(
    {
        b"accept",
        b"accept-language",
        b"content-type",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"prefer",
        b"range",
        b"traceparent",
    }
)
"""What every vendor gets if the caller sends it; `Connection` can neither add to these nor take from them."""

TO_CALLER = frozenset(
    {
        b"content-disposition",
        b"content-encoding",
        b"content-language",
        b"content-range",
        b"content-type",
        b"etag",
        b"last-modified",
        b"retry-after",
    }
)
"""What every caller gets if the vendor sends it; Location and Link cross only when they are rewritten."""

USER_AGENT = b"integration-gateway"


def crossing(headers: Headers, allowed: frozenset[bytes]) -> Headers:
    """The fields that are on the list, in their order."""
    return tuple([field for field in headers if field[0] in allowed])
