"""The unit for systemd, held to what systemd says of it."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from gateway.cli.serve_command import CONFIG_EXIT
from gateway.serving import Options
from tests.deploy.dockerfile import environment, stages
from tests.running import ROOT

UNIT = ROOT / "infrastructure/systemd/gateway.service"
EXPOSURE = 15
"""Tenths; systemd calls up to 20 `OK`, and most services are beyond 90."""


@pytest.fixture(name="unit")
def installed(tmp_path: Path) -> Path:
    """As if the gateway were where the unit looks for it."""
    path = tmp_path / "gateway.service"
    path.write_text(UNIT.read_text().replace("/opt/gateway/bin/gateway", f"{Path(sys.executable).parent}/gateway"))
    return path


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE):
        found[name].append(value)
    return found


def analyzed(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_wrong_with_it(unit: Path) -> None:
    told = analyzed("verify", "--man=no", str(unit))

    assert (told.returncode, told.stderr) == (0, "")


def test_systemd_thinks_that_it_is_well_guarded(unit: Path) -> None:
    told = analyzed("security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE}", str(unit))

    assert told.returncode == 0, told.stdout


def test_it_is_told_what_the_image_is_told() -> None:
    told = dict(pair.split("=", 1) for pair in settings()["Environment"])
    image = environment(stages()[1])

    assert {name: image[name] for name in told} == told
    assert image.keys() - told.keys() == {"PATH", "GATEWAY_HOST"}  # here something in front does TLS, on this machine


def test_it_gets_the_time_that_it_takes_to_end_and_is_not_started_again_with_a_bad_config() -> None:
    told, options = settings(), Options()

    assert int(told["TimeoutStopSec"][0]) > options.grace + options.drain
    assert told["RestartPreventExitStatus"] == [str(CONFIG_EXIT)]


def test_it_has_a_user_of_its_own_and_writes_only_where_its_state_is() -> None:
    told = settings()

    assert (told["User"], told["ProtectSystem"], told["CapabilityBoundingSet"]) == (["gateway"], ["strict"], [""])
    assert [f"/var/lib/{name}" for name in told["StateDirectory"]] == told["WorkingDirectory"]
    assert "ReadWritePaths" not in told
