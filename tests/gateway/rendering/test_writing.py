"""YAML that every reader takes the same way."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from gateway.loading.reading import Text, compose
from gateway.loading.tree import Tree
from gateway.rendering import as_yaml
from gateway.units import Duration, Percentage, Size, written
from tests.gateway.rendering.test_resolving import rendered
from tests.running import SHIPPED

TEXTS = some.text() | some.from_regex(r"[-+0-9.eEyYnNoOfFaAtTrRuUlLsS:# ~*&!|>%@`'\"{}\[\],?$]{0,8}", fullmatch=True)
VALUES = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(10**16), 10**16)
    | some.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(some.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_every_reader_reads_what_was_meant(value: dict[str, Any]) -> None:
    """PyYAML knows YAML 1.1, and the gateway's own reader 1.2."""
    for text in (as_yaml(value), as_yaml(value, {})):
        assert yaml.safe_load(text) == value
    if not any("${" in key or key == "<<" for key in _keys(value)):
        own = Text("x", as_yaml(value))
        assert Tree(compose(own), own).data == value


def _keys(value: Any) -> list[str]:
    if isinstance(value, list):
        return [key for item in value for key in _keys(item)]
    return [*value, *_keys(list(value.values()))] if isinstance(value, dict) else []


def test_comments_stand_in_a_column_and_tell_defaults() -> None:
    text = as_yaml(
        {"a": {"b": 1, "c": [1, 2]}, "list": [{"d": "e", "f": "g"}]}, {"/a/b": "x.yaml:3", "/list/0/d": "y:4"}
    )

    assert [" ".join(line.split()) for line in text.splitlines()] == [
        "a:",
        "b: 1 # x.yaml:3",
        "c: [1, 2] # default",
        "list:",
        "- d: e # y:4",
        "f: g # default",
    ]
    assert len({line.index("#") for line in text.splitlines() if "#" in line}) == 1


def test_the_shipped_config_comes_back_as_it_was_rendered(tmp_path: Path) -> None:
    text = SHIPPED.read_text()
    (tmp_path / "schemas").symlink_to(SHIPPED.parent / "schemas")
    found = rendered(tmp_path, text)

    assert yaml.safe_load(as_yaml(found.config, found.origins)) == found.config


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Duration(0.25), "250ms"),
        (Duration(90), "90s"),
        (Duration(300), "5m"),
        (Duration(86400), "1d"),
        (Duration(0), "0s"),
        (Duration(0.0005), "0.5ms"),
        (Size(10 * 1024**2), "10MiB"),
        (Size(1000), "1000B"),
        (Percentage(0.2), "20%"),
        (Percentage(0.125), "12.5%"),
    ],
)
def test_a_value_with_a_unit_is_written_in_the_largest_that_fits(value: object, text: str) -> None:
    assert written(value) == text
