"""Whatever a valid file declares, its document is true: generated configs, and those that once were found wanting."""

from pathlib import Path

import pytest

from tests.contract.generated.trial import Trial, findings, told
from tests.contract.generated.written import QUICK, written

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("trial", written(QUICK, seed=1), ids=lambda trial: trial.name)
def test_a_generated_config_keeps_its_promises(trial: Trial, tmp_path: Path) -> None:
    wrong = findings(trial, tmp_path)

    assert not wrong, told(trial, wrong)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_was_found_once_is_not_found_again(case: Path, tmp_path: Path) -> None:
    text = case.read_text()
    trial = Trial(name=case.stem, text=text, calm="# troubled" not in text, examples=10)
    wrong = findings(trial, tmp_path)

    assert not wrong, told(trial, wrong)
