"""What is shipped is whole; tests/deploy installs it into an empty environment and serves it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.running import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_the_packages_the_pages_and_the_shipped_config(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {"gateway/py.typed", "gateway/app.py", "gateway_policies/py.typed", "gateway/static/docs.html"} <= names
    assert {"gateway/shipped/integrations.yaml", "gateway/shipped/schemas/vapi/assistant.json"} <= names
    assert {"gateway/explanations/diagnostics/GW104.md", "gateway/explanations/problems/circuit-open.md"} <= names
    assert "gateway/editing/first.yaml" in names
    assert not {name for name in names if name.startswith(("tests/", "benchmarks/", "scripts/"))}


def _run(*command: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, env=clean, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
