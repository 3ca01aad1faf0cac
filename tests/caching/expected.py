"""The public tests that this cache does not pass, each with the reason; what only asks for habits is not among them."""

from collections.abc import Mapping

_UNCLEAR = "two ages are no age: such an answer is asked for anew, as its six neighbours want it"
_ERRORS = "an error of the vendor's is not kept, whatever he says: breaker and retry know what to do with it"
_COOKIE = "an answer with Set-Cookie is one caller's, and kept for nobody"
_METHOD = "the gateway has no endpoints of that method"
_FRAMING = "the vendor's Transfer-Encoding is none that HTTP has: such an answer is refused"
_DATED = "what has no Last-Modified was last changed at its Date, which is later than what the caller has"
_GUESS = "`ttl` says how long an answer is fresh of which the vendor says nothing; nobody guesses it from Last-Modified"
_RANGES = "ranges are the vendor's to answer: partial content is neither kept nor cut out of what is kept"
_CLOSED = "where a vendor hangs up the caller gets an error, unless `stale_if_error` says otherwise"
_SANDBOX = "what a vendor calls a page runs as nobody's: the gateway's Content-Security-Policy stands beside his"
_POST = "an answer to a POST is not kept"

FAILED: Mapping[str, str] = {
    "age-parse-prefix": _UNCLEAR,
    "conditional-lm-fresh-no-lm": _DATED,
    "304-etag-update-response-Content-Security-Policy": _SANDBOX,
    "headers-store-Content-Security-Policy": _SANDBOX,
    "method-POST": _POST,
    "other-set-cookie": _COOKIE,
    **{f"heuristic-{status}-cached": _GUESS for status in (200, 203, 204, 404, 405, 410, 414, 501, 599)},
    **{f"status-{status}-fresh": _ERRORS for status in (500, 502, 503, 504, 599)},
    **{
        f"partial-store-{rest}": _RANGES
        for rest in (
            "complete-reuse-partial",
            "complete-reuse-partial-no-last",
            "complete-reuse-partial-suffix",
            "partial-complete",
            "partial-reuse-partial",
            "partial-reuse-partial-absent",
            "partial-reuse-partial-byterange",
            "partial-reuse-partial-suffix",
        )
    },
}
"""They ran and were not content; all but three are `optimal`: what a cache may do, and this one leaves."""

INAPPLICABLE: Mapping[str, str] = {
    "304-etag-update-response-Set-Cookie": _COOKIE,
    "headers-store-Set-Cookie": _COOKIE,
    "headers-store-Transfer-Encoding": _FRAMING,
    "invalidate-M-SEARCH": _METHOD,
    "invalidate-M-SEARCH-cl": _METHOD,
    "invalidate-M-SEARCH-failed": _METHOD,
    "partial-use-headers": _RANGES,
    "status-599-must-understand": _ERRORS,
    **{f"stale-close-{word}": _CLOSED for word in ("must-revalidate", "no-cache", "proxy-revalidate", "s-maxage=2")},
    **{f"status-{status}-stale": _ERRORS for status in (500, 502, 503, 504, 599)},
}
"""They begin with something that does not happen here."""
