"""What is written as YAML says the same when it is read."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from gateway.editing.lines import WIDTH, lines
from gateway.loading.reading import Text, compose
from gateway.loading.tree import Tree

KEYS = some.text(min_size=1, max_size=12).filter(lambda key: key != "<<" and "${" not in key and key.isprintable())
TEXTS = some.text(max_size=30).filter(lambda text: "${" not in text)
LEAVES = some.none() | some.booleans() | some.integers(-(10**9), 10**9) | TEXTS
DATA = some.dictionaries(
    KEYS,
    some.recursive(
        LEAVES,
        lambda inner: some.lists(inner, max_size=4) | some.dictionaries(KEYS, inner, max_size=4),
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
)


def read(written: list[str]) -> Any:
    source = Text("made.yaml", "\n".join(written) + "\n")
    return Tree(compose(source), source).data


@given(DATA)
def test_it_is_read_as_it_was_meant(data: dict[str, Any]) -> None:
    assert read([line for key, value in data.items() for line in lines(key, value)]) == data


def test_words_that_mean_something_else_elsewhere_are_quoted() -> None:
    data = {"a": "no", "b": "1.0", "c": "on", "d": "", "e": "a: b", "f": "{x}", "g": "007"}

    assert read([line for key, value in data.items() for line in lines(key, value)]) == data
    assert list(lines("a", "no")) == ['a: "no"']


def test_what_fits_a_line_stands_in_braces_and_the_rest_below() -> None:
    short, long = {"type": "integer", "minimum": 1}, {"description": "d" * WIDTH}

    assert list(lines("limit", short, 4)) == ["    limit: {type: integer, minimum: 1}"]
    assert list(lines("limit", long, 4)) == ["    limit:", f"      description: {'d' * WIDTH}"]


def test_an_endpoint_has_lines_of_its_own() -> None:
    assert list(lines("get", {"route": "GET /x/{id}"})) == ["get:", "  route: GET /x/{id}"]


def test_a_reference_is_quoted_inside_braces_only() -> None:
    assert list(lines("base_url", "${HOST:-https://a.example}/v1")) == ["base_url: ${HOST:-https://a.example}/v1"]
    assert list(lines("credential", {"token": "${T}"})) == ['credential: {token: "${T}"}']
