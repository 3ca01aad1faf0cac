"""What is shipped is whole: the wheel, in an empty environment, serves what it carries."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.running import ROOT, SHIPPED, running


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


def test_the_wheel_installs_into_an_empty_environment_and_serves(wheel: Path, tmp_path: Path) -> None:
    _run(sys.executable, "-m", "venv", str(tmp_path / "venv"))
    python = tmp_path / "venv" / "bin" / "python"
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "serve.txt"))
    _run(*pip, "--no-deps", str(wheel))
    where = _run(
        str(python), "-c", "import gateway, pathlib; print(pathlib.Path(gateway.__file__).parent)", cwd=tmp_path
    )
    shipped = Path(where.strip()) / "shipped" / "integrations.yaml"

    assert shipped.read_text() == SHIPPED.read_text()
    with (
        running(shipped, {"INTEGRATIONS_STUB_MODE": "true"}, python=python, cwd=tmp_path) as gateway,
        gateway.client() as client,
    ):
        assert client.get("/api/v1/vapi/assistants").status_code == 200
        assert client.get("/docs").status_code == 200
    _run(str(python), "-m", "gateway", "init", "new", "--vendor", "twilio", cwd=tmp_path)
    assert (tmp_path / "new" / "schemas" / "twilio" / "message.json").is_file()


def _run(*command: str, cwd: Path | None = None) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout
