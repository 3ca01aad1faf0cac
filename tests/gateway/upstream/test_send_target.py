"""What the path and query of a vendor's request may look like: nothing leads out of the base path."""

import pytest

from gateway.errors import InvalidRequest, UriTooLong
from gateway.upstream.send import MOST_TARGET, check_target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "contacts",
        "//..",
        "/..",
        "/../secret",
        "/a/../b",
        "/a/./b",
        "/a/.",
        "/%2e%2e/b",
        "/a/.%2E",
        "/a%2f..%2fb",
        "/a/%2e%2e%2fb",
        "/a/..;x=1/b",
        "/a\\b",
        "/a%5cb",
        "/..%5cb",
        "/a%00b",
        "/?q=%00",
        "/a%0d%0ab",
        "/a b",
        "/a\r\nx",
        "/a\tb",
        "/a\x00",
        "/é",
        "/a#b",
        "/a%",
        "/a%g1",
        '/a"b',
        "/a<b>",
        "/a`b",
        "/ok\n",
    ],
)
def test_a_target_that_could_lead_elsewhere_is_refused(target: str) -> None:
    with pytest.raises(InvalidRequest):
        check_target(target)


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/a%2Fb",
        "/a..b",
        "/...",
        "/.well-known/x",
        "/a.json",
        "/x..",
        "/%2e%2e%2e",
        "/?q=../..",
        "/?q=%0A",
        "/%252e%252e/",
        "/{a}|[b]^'()*",
        "//a",
    ],
)
def test_a_target_that_only_looks_odd_is_sent_as_it_is(target: str) -> None:
    check_target(target)


def test_a_target_beyond_all_measure_is_refused() -> None:
    with pytest.raises(UriTooLong):
        check_target("/" + "a" * MOST_TARGET)


@pytest.mark.parametrize("ending", ["%00", "\\", "%", " ", "é"])
def test_a_long_run_of_letters_before_what_does_not_cross_is_refused_at_once(ending: str) -> None:
    """With a pattern that goes back and tries again, forty letters would take longer than anybody lives."""
    with pytest.raises(InvalidRequest):
        check_target("/" + "a" * 30_000 + ending)
