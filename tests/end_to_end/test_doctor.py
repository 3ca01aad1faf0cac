"""`gateway doctor` as people run it, on its own and beside a gateway."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.running import ROOT, free_port, running


def doctor(folder: Path, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gateway", "doctor", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free() -> dict[str, str]:
    return {"GATEWAY_PORT": str(free_port()), "GATEWAY_ADMIN_BIND": f"127.0.0.1:{free_port()}"}


def test_every_line_begins_with_its_level_and_a_failure_ends_with_1(tmp_path: Path) -> None:
    told = doctor(tmp_path, **free())

    lines = told.stdout.splitlines()
    assert (told.returncode, told.stderr) == (1, "")
    assert {line[:6] for line in lines} <= {"ok    ", "warn  ", "fail  "}
    assert "fail  there is no integrations.yaml – `gateway init` makes one; -c names another one" in lines  # noqa: RUF001


def test_warnings_are_no_failure() -> None:
    told = doctor(ROOT, "--json", **free())
    found = json.loads(told.stdout)

    assert (told.returncode, found["ok"]) == (0, True), told.stdout
    assert {one["level"] for one in found["findings"]} == {"ok", "warn"}


def test_a_gateway_that_runs_there_is_no_failure() -> None:
    with running(environ={"INTEGRATIONS_STUB_MODE": "true"}) as gateway:
        environ = {
            "GATEWAY_PORT": gateway.url.rpartition(":")[2],
            "GATEWAY_ADMIN_BIND": gateway.admin[len("http://") :],
        }
        told = doctor(ROOT, **environ)

    assert told.returncode == 0, told.stdout
    assert f"ok    a gateway runs at {gateway.url[len('http://') :]}, for requests" in told.stdout
    assert f"ok    a gateway runs at {environ['GATEWAY_ADMIN_BIND']}, for /admin and /metrics" in told.stdout
