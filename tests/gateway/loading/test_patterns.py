"""What regular expressions take is estimated before they are compiled."""

import msgspec
import pytest

from gateway.loading.patterns import LONGEST, MOST, cost


def of(*patterns: str) -> int:
    return cost(msgspec.json.encode({"properties": {str(n): {"pattern": one} for n, one in enumerate(patterns)}}))


@pytest.mark.parametrize("pattern", ["^AC[0-9a-f]{32}$", "^.{1,255}$", "(a|b)*", r"^\p{L}{1,100}$", "a{,5}", "[{]"])
def test_ordinary_patterns_take_little(pattern: str) -> None:
    assert of(pattern) < MOST / 10


@pytest.mark.parametrize("pattern", ["((a{99}){99}){99}", "a" * (LONGEST + 1), r"(\p{L}{100}){100}"])
def test_what_multiplies_takes_too_much(pattern: str) -> None:
    assert of(pattern) > MOST


def test_patterns_add_up() -> None:
    assert of("a{9}", "b{9}") == 2 * of("a{9}")


def test_a_schema_without_patterns_takes_nothing() -> None:
    assert cost(b'{"type":"string"}') == 0
