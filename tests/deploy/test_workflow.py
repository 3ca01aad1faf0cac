"""What runs on every push is what `make` does on a developer's machine."""

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from tests.deploy.compose import services
from tests.deploy.dockerfile import only, stages
from tests.running import ROOT

FILE = ROOT / ".github/workflows/ci.yml"
WORKFLOW: dict[str, Any] = yaml.safe_load(FILE.read_text())
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
COMMANDS = [step["run"] for step in STEPS if "run" in step]


@pytest.mark.parametrize("schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"])
def test_it_is_a_workflow_and_every_job_ends(schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_made_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    made = {command.removeprefix("make ") for command in COMMANDS if command.startswith("make ")}

    assert {"test", "docs", "test-sdk", "fuzz", "contract"} <= made <= targets


def test_what_make_does_is_done_on_debian_with_the_python_of_the_image() -> None:
    python = only(stages()[1], "FROM").text.replace("-slim", "")
    making = [job for job in WORKFLOW["jobs"].values() if any("make " in step.get("run", "") for step in job["steps"])]

    assert [job.get("container") for job in making] == [python] * 4


def test_what_is_done_in_containers_is_done_to_services_that_there_are() -> None:
    named = re.findall(r"exec ([a-z-]+)", " ".join(COMMANDS))

    assert set(named) <= services("scale").keys()
    assert named


def test_only_actions_of_the_house_are_used_and_nothing_may_be_written() -> None:
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in STEPS if "uses" in step)
    assert WORKFLOW["permissions"] == {"contents": "read"}
