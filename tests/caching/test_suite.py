"""A cache that goes by the vendor's own words passes the public tests of HTTP caches, but for a list with reasons.

Their origin and their client stand on the two sides of a real gateway. They count on three seconds being three; a
test that ends otherwise than it should is tried once more by itself, since a busy machine may be late.
"""

from collections.abc import Mapping

import pytest

from tests.caching.expected import FAILED, INAPPLICABLE
from tests.caching.suite import Outcome, Tried, outcome, tried

LEAST = 0.95
"""Of the required tests that say something of this gateway, so many pass."""


@pytest.fixture(name="tests", scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Tried]:
    tests = tried(tmp_path_factory.mktemp("suite"))
    odd = odd_ones(tests)
    needs = {need for name in odd for need in tests[name].needs}
    return {**tests, **tried(tmp_path_factory.mktemp("again"), *odd, *needs)} if odd else tests


def odd_ones(tests: Mapping[str, Tried]) -> Mapping[str, str]:
    """Those that ended otherwise than they are known to, and how; what only asks for habits is never wrong."""
    ends = {name: outcome(tests, one) for name, one in tests.items() if one.kind != "check"}
    return {name: f"{end}: {tests[name].result}" for name, end in ends.items() if end != expected(name)}


def expected(name: str) -> Outcome:
    if name in INAPPLICABLE:
        return "inapplicable"
    return "failed" if name in FAILED else "passed"


def test_each_test_ends_as_it_is_known_to(tests: Mapping[str, Tried]) -> None:
    assert odd_ones(tests) == {}
    assert {*FAILED, *INAPPLICABLE} <= set(tests)


def test_of_the_required_tests_nearly_all_pass(tests: Mapping[str, Tried]) -> None:
    required = [outcome(tests, one) for one in tests.values() if one.kind == "required"]
    passed, failed = required.count("passed"), required.count("failed")

    assert passed + failed > 140
    assert passed >= LEAST * (passed + failed)
