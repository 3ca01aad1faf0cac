"""`gateway check` as people and pipelines run it: formats, exit codes, switches, secrets."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.test_commands import gateway
from tests.end_to_end.world import vendors
from tests.running import ROOT, SHIPPED
from tests.simulators.__main__ import CREDENTIALS

STYLES = ("text", "concise", "json", "github", "sarif")
MARK = "s3cret-nobody-may-see"
WRONG = f"""\
version: 1
integrations:
  crm:
    base_url: https://crm.example
    retires: {{attempts: 3}}
    credential: {{use: bearer, token: {MARK}, tokken: {MARK}}}
    endpoints:
      list_contacts:
        route: GET /contacts
        cache: {{ttl: 5}}
"""
RIGHT = "version: 1\nintegrations:\n  crm: {base_url: 'https://crm.example'}\n"
UNSET = RIGHT.replace("'https://crm.example'", "'https://${CRM_HOST}'")

Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a config into a file of its own, and gives its name."""

    def written(text: str) -> str:
        file = tmp_path / f"config{len(list(tmp_path.iterdir()))}.yaml"
        file.write_text(text)
        return str(file)

    return written


@pytest.mark.parametrize("style", STYLES)
def test_every_format_ends_with_1_where_there_are_errors_and_with_0_where_there_are_none(
    style: str, write: Write
) -> None:
    wrong, right = (gateway("check", "--format", style, write(text)) for text in (WRONG, RIGHT))

    assert (wrong.returncode, right.returncode) == (1, 0), wrong.stderr
    assert re.fullmatch(r"1 integration, 1 endpoint: 3 errors, 1 warning \(\d+ ms\)\n", wrong.stderr)
    assert re.fullmatch(r"1 integration, 0 endpoints: 0 errors, 0 warnings \(\d+ ms\)\n", right.stderr)


@pytest.mark.parametrize("style", STYLES)
def test_no_format_shows_a_secret(style: str, write: Write) -> None:
    told = gateway("check", "--format", style, write(WRONG))

    assert "GW205" in told.stdout
    assert MARK not in told.stdout + told.stderr


@pytest.mark.parametrize("style", STYLES)
def test_every_format_tells_the_same_problems(style: str, write: Write) -> None:
    told = gateway("check", "--format", style, write(WRONG)).stdout

    found = [result["ruleId"] for result in json.loads(told)["runs"][0]["results"]] if style == "sarif" else None
    listed = [one["code"] for one in json.loads(told)["problems"]] if style == "json" else None
    codes = found or listed or re.findall(r"GW\d{3}(?=\]|::)", told)
    assert sorted(codes) == ["GW104", "GW104", "GW110", "GW205"]


def test_a_format_that_does_not_exist_is_wrong_usage() -> None:
    assert gateway("check", "--format", "xml").returncode == 2


def test_several_files_are_summed_up_one_by_one(write: Write) -> None:
    wrong, right = write(WRONG), write(RIGHT)
    told = gateway("check", "--format", "json", wrong, right)

    assert told.returncode == 1
    assert [line.partition(": ")[0] for line in told.stderr.splitlines()] == [wrong, right]
    assert [file["file"] for file in json.loads(told.stdout)["files"]] == [wrong, right]
    assert json.loads(told.stdout)["summary"]["integrations"] == 2


def test_problems_of_the_file_and_of_its_plans_are_told_together(write: Write) -> None:
    text = RIGHT.replace("https://crm.example'", "http://crm.example', credential: {use: bearer, token: abc}, "
                         "endpoints: {a: {route: GET /a}}, title: 'x'")  # fmt: skip
    told = gateway("check", "--format", "concise", write(text))

    assert re.findall(r"GW\d+", told.stdout) == ["GW306", "GW205"]


@pytest.mark.parametrize("switch", [("--resolve-secrets",), ()])
def test_an_unset_reference_is_an_error_only_where_secrets_are_resolved(switch: tuple[str, ...], write: Write) -> None:
    told = gateway("check", *switch, "--format", "concise", write(UNSET))

    assert told.returncode == len(switch)
    assert f"{'error' if switch else 'warning'}[GW201]: `CRM_HOST` is not set" in told.stdout


def test_a_secret_file_is_read_where_secrets_are_resolved(write: Write) -> None:
    text = RIGHT.replace("{base", "{credential: {use: bearer, token: '${file:./token}'}, base")
    file = write(text)
    missing = gateway("check", "--resolve-secrets", "--format", "concise", file)
    Path(file).with_name("token").write_text(MARK)
    there = gateway("check", "--resolve-secrets", "--format", "concise", file)

    assert (missing.returncode, there.returncode) == (1, 0)
    assert "`./token` cannot be read: no such file or directory" in missing.stdout


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [("STRICT", "true", 1), ("RESOLVE_SECRETS", "true", 1), ("FORMAT", "json", 0), ("STRICT", "false", 0)],
)
def test_every_flag_has_a_variable(variable: str, value: str, code: int, write: Write) -> None:
    told = gateway("check", write(UNSET), environ={f"GATEWAY_CHECK_{variable}": value})

    assert told.returncode == code, told.stderr
    assert told.stdout.startswith("{") == (variable == "FORMAT")


def test_the_shipped_file_has_no_problem_online_with_vendors_that_are_well() -> None:
    with vendors() as simulated:
        told = gateway("check", "--online", "--allow-private", str(SHIPPED), environ=simulated.environ)
        asked = {vendor.name: [request.method for request in vendor.received] for vendor in simulated.all}

    assert "0 errors, 0 warnings" in told.stderr, told.stdout
    assert told.returncode == 0
    assert set(asked) == {"vapi", "twilio", "google-calendar", "gmail", "microsoft"}
    assert all(methods == ["GET"] for methods in asked.values()), asked


def test_a_credential_that_a_vendor_refuses_is_told_online() -> None:
    with vendors() as simulated:
        environ = {**simulated.environ, "VAPI_API_KEY": MARK}
        told = gateway("check", "--online", "--allow-private", "--format", "concise", str(SHIPPED), environ=environ)

    assert told.returncode == 1
    (line,) = told.stdout.splitlines()
    assert "error[GW404]: `vapi` refuses the credential: `vapi." in line
    assert MARK not in told.stdout + told.stderr


def test_a_terminal_gets_colour(write: Write) -> None:
    terminal, other = pty.openpty()
    command = [sys.executable, "-m", "gateway", "check", write(WRONG)]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), "TERM": "xterm"}
    subprocess.run(command, cwd=ROOT, env=environ, stdout=other, stderr=subprocess.DEVNULL, timeout=60, check=False)
    os.close(other)
    shown = os.read(terminal, 65536).decode()
    os.close(terminal)

    assert "\x1b[1;31merror[GW104]\x1b[0m" in shown
    assert "\x1b[1;33mwarning[GW205]\x1b[0m" in shown


@pytest.mark.parametrize(("environ", "coloured"), [({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "0"}, False),
                                                  ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)])  # fmt: skip
def test_colour_can_be_forced_and_forbidden(environ: dict[str, str], coloured: bool, write: Write) -> None:
    assert ("\x1b[" in gateway("check", write(WRONG), environ={**CREDENTIALS, **environ}).stdout) == coloured
