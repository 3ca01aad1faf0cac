"""Every file in tests/config says what it should."""

from pathlib import Path

import pytest

from tests.gateway.loading.golden import outcome, split

FOLDER = Path(__file__).parents[2] / "config"
CASES = sorted(FOLDER.glob("*.case"))


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_a_config_gives_exactly_these_problems(case: Path) -> None:
    config, expected = split(case.read_bytes().decode())
    assert outcome(config, FOLDER) == expected


def test_there_are_cases() -> None:
    assert len(CASES) >= 40
