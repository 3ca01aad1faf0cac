"""What a vendor's header fields say of his limit."""

import pytest

from gateway import Headers
from gateway_policies.rate_headers import rest_of

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((), None),
        (((b"ratelimit", b'"default";r=0;t=5'),), 5),
        (((b"ratelimit", b'"default";r=3;t=5'),), 0),
        (((b"ratelimit", b"limit=10, remaining=0, reset=7"),), 7),
        (((b"ratelimit-remaining", b"0"), (b"ratelimit-reset", b"9")), 9),
        (((b"x-ratelimit-remaining", b"0"), (b"x-ratelimit-reset", b"1800000012")), 12),
        (((b"x-ratelimit-remaining", b"0"), (b"x-ratelimit-reset", b"12.5")), 12),
        (((b"x-ratelimit-remaining", b"0"), (b"x-ratelimit-reset", b"1700000000")), 0),
        (((b"x-ratelimit-remaining", b"0"), (b"x-ratelimit-reset", b"86400")), 60),
        (((b"x-ratelimit-remaining", b"0"),), 0),
        (((b"x-ratelimit-remaining", b"none"), (b"x-ratelimit-reset", b"soon")), 0),
    ],
)
def test_a_vendor_says_that_nothing_is_left(headers: Headers, seconds: float | None) -> None:
    assert rest_of(headers, NOW) == seconds
