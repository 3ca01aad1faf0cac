"""A native mount lets in what its list allows, and rewrites paths without decoding them."""

import pytest

from gateway.errors import InvalidRequest
from gateway.plan.native import rewriter

TWILIO = {"/2010-04-01/Accounts/*/**": "/2010-04-01/Accounts/AC1/**"}


@pytest.mark.parametrize(
    ("rules", "path", "rewritten"),
    [
        (TWILIO, "/2010-04-01/Accounts/AC9/Messages.json", "/2010-04-01/Accounts/AC1/Messages.json"),
        (TWILIO, "/2010-04-01/Accounts/AC9/Messages/SM%2F1.json", "/2010-04-01/Accounts/AC1/Messages/SM%2F1.json"),
        (TWILIO, "/2010-04-01/Accounts/a%2Fb/Calls.json", "/2010-04-01/Accounts/AC1/Calls.json"),
        (TWILIO, "/2010%2D04-01/%41ccounts/AC9/Messages.json", "/2010-04-01/Accounts/AC1/Messages.json"),
        (TWILIO, "/2010-04-01/Accounts//Messages.json", "/2010-04-01/Accounts//Messages.json"),
        (TWILIO, "/other", "/other"),
        ({"/a/*": "/b"}, "/a/c", "/b"),
        ({"/a/*": "/b"}, "/a/c/d", "/a/c/d"),
        ({"/calendar/v3/**": "/**"}, "/calendar/v3/freeBusy", "/freeBusy"),
        ({"/calendar/v3/**": "/**"}, "/calendar/v3", "/"),
        ({"/calendar/v3/**": "/**"}, "/calendar/v3x/freeBusy", "/calendar/v3x/freeBusy"),
        ({}, "/a/%7E", "/a/%7E"),
    ],
)
def test_a_path_is_rewritten_by_the_first_pattern_that_it_fits(
    rules: dict[str, str], path: str, rewritten: str
) -> None:
    assert rewriter(rules)(path) == rewritten


def test_a_path_that_is_not_ascii_does_not_cross() -> None:
    with pytest.raises(InvalidRequest):
        rewriter({})("/é")


@pytest.mark.parametrize("pattern", ["a/b", "/a*", "/**x", "/{id}", "/a/*b/c", "/a/**/b"])
def test_a_star_is_a_whole_segment(pattern: str) -> None:
    with pytest.raises(ValueError, match="no path pattern"):
        rewriter({pattern: "/"})
