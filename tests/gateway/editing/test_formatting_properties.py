"""Whatever is written: the same is said afterwards, with the same comments, and a second time changes nothing."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from gateway.diagnostics import InvalidConfig
from gateway.editing import Refused
from gateway.editing.formatting import formatted
from gateway.editing.formatting.comments import comments
from gateway.editing.formatting.keeping import read
from gateway.editing.shipped import shipped_config
from gateway.registry import discover, written_types
from tests.gateway.editing.written import configs
from tests.gateway.loading.golden import split

CONFIGS = Path(__file__).parents[2] / "config"
CASES = sorted(CONFIGS.rglob("*.case"))


@pytest.fixture(scope="module")
def document() -> Any:
    return written_types(discover()).document


def is_map(text: str) -> bool:
    try:
        return isinstance(read("integrations.yaml", text).data, dict)
    except InvalidConfig:
        return False


def assert_kept(text: str, document: Any) -> None:
    """Once changes no value and no comment; twice changes nothing at all."""
    once = formatted("integrations.yaml", text, document)
    lines = text.replace("\r\n", "\n")

    assert read("integrations.yaml", once).data == read("integrations.yaml", lines).data
    assert Counter(one.text for one in comments(once)) == Counter(one.text for one in comments(lines))
    assert formatted("integrations.yaml", once, document) == once


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(text=configs())
def test_what_is_written_at_random_is_kept(text: str, document: Any) -> None:
    assume(is_map(text))

    assert_kept(text, document)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(CONFIGS)))
def test_every_golden_config_that_is_yaml_is_kept(case: Path, document: Any) -> None:
    text = split(case.read_bytes().decode())[0]

    if is_map(text):
        assert_kept(text, document)
    else:
        with pytest.raises((InvalidConfig, Refused)):
            formatted("integrations.yaml", text, document)


def test_the_shipped_config_is_in_order(document: Any) -> None:
    text = shipped_config().read_text(encoding="utf-8")

    assert formatted("integrations.yaml", text, document) == text
