"""The commands as people run them: what they print where, and how they end."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.end_to_end.edited import edited
from tests.end_to_end.test_endpoints import CASES
from tests.end_to_end.test_flags import served
from tests.end_to_end.world import Vendors, vendors
from tests.running import ROOT
from tests.simulators import vapi
from tests.simulators.__main__ import CREDENTIALS

BROKEN = (("    credential: {use: bearer,", "    credentials: {use: bearer,"), ("ttl: 5m", "ttl: 5"))
NEVER_FOR_HELP = ("litestar", "granian", "wreq", "httpx", "yaml", "jsonschema", "gateway.app", "gateway.loading")


@pytest.fixture(scope="module")
def simulated() -> Iterator[Vendors]:
    with vendors() as found:
        yield found


def gateway(
    *words: str, environ: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gateway", *words],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **(environ or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_check_finds_nothing_wrong_with_the_shipped_file() -> None:
    checked = gateway("check", environ=CREDENTIALS)

    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout
    assert "5 integrations, 43 endpoints: 0 errors, 0 warnings" in checked.stderr


def test_check_warns_of_what_is_unset_and_strictly_refuses_it() -> None:
    assert gateway("check").returncode == 0
    assert gateway("check", "--strict").returncode == 1
    assert "`VAPI_API_KEY` is not set" in gateway("check").stdout


def test_check_tells_every_problem_at_its_line(tmp_path: Path) -> None:
    config = edited(tmp_path, *BROKEN)

    text, concise = gateway("check", str(config)), gateway("check", "--format", "concise", str(config))

    assert (text.returncode, concise.returncode) == (1, 1)
    errors = [line for line in concise.stdout.splitlines() if ": error[" in line]
    lines = config.read_text().splitlines()
    for words in ("credentials: {use: bearer", "ttl: 5,"):
        number = next(at for at, line in enumerate(lines, 1) if words in line)
        assert [line for line in errors if line.startswith(f"{config}:{number}:")], concise.stdout
    assert "did you mean `credential`?" in text.stdout
    assert "Traceback" not in text.stderr


def test_a_broken_file_is_not_served(simulated: Vendors, tmp_path: Path) -> None:
    code, said = served(simulated.environ, "-c", str(edited(tmp_path, *BROKEN)))

    assert code == 78
    assert "unknown key `credentials`" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "command", [("check", "none.yaml"), ("routes", "-c", "none.yaml"), ("explain", "a.b", "-c", "none.yaml")]
)
def test_a_file_that_is_not_there_is_a_problem_and_no_traceback(command: tuple[str, ...]) -> None:
    told = gateway(*command)

    assert told.returncode == 1
    assert "none.yaml" in told.stdout + told.stderr
    assert "Traceback" not in told.stderr


def test_routes_are_listed_for_people_and_for_programs() -> None:
    people, programs = gateway("routes"), gateway("routes", "--json")

    rows = json.loads(programs.stdout)
    assert {row["endpoint"] for row in rows} >= set(CASES)
    assert len(people.stdout.splitlines()) == len(rows)
    (sending,) = [row for row in rows if row["endpoint"] == "twilio.send_message"]
    assert (sending["method"], sending["route"]) == ("POST", "/api/v1/twilio/messages")


def test_explain_shows_what_one_endpoint_does() -> None:
    shown = gateway("explain", "twilio.send_message")

    assert shown.returncode == 0
    for words in (
        "twilio.send_message  Send a text message",
        "callers    POST /api/v1/twilio/messages",
        "vendor     POST https://api.twilio.com/2010-04-01/Accounts/unset-TWILIO_ACCOUNT_SID/Messages.json",
        "breaker      failures           5 ",
        "<secret env:TWILIO_API_SECRET>",
        "integrations.yaml:",
        "Longest wait   20s: `total`",
        "timeout           never  a POST may have been acted upon",
        "curl -X POST",
    ):
        assert words in shown.stdout, shown.stdout
    order = [shown.stdout.index(f"\n  {slot}") for slot in ("deadline", "quota", "validate", "retry", "breaker")]
    assert order == sorted(order)


def test_every_endpoint_can_be_explained() -> None:
    """In one process: what is tested here is the text, not the start of a program."""
    script = (
        "import sys\nfrom click.testing import CliRunner\nfrom gateway.cli.explain_command import command\n"
        "for endpoint in sys.argv[1:]:\n"
        "    told = CliRunner().invoke(command, [endpoint])\n"
        "    assert told.exit_code == 0 and 'Longest wait' in told.output, (endpoint, told.output, told.exception)\n"
    )
    told = subprocess.run([sys.executable, "-c", script, *CASES], cwd=ROOT, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stderr


def test_an_endpoint_that_is_not_there_cannot_be_explained() -> None:
    told = gateway("explain", "twilio.send_massage")

    assert told.returncode == 2
    assert "there is no endpoint `twilio.send_massage`; did you mean `twilio.send_message`?" in told.stderr


def test_try_asks_a_stub_without_any_credential() -> None:
    tried = gateway("try", "vapi.list_assistants", "--stub", "-q", "limit=1")

    assert tried.returncode == 0, tried.stderr
    assert json.loads(tried.stdout)[0]["name"] == "Reception"
    assert "HTTP 200" in tried.stderr
    assert "gateway-stub: true" in tried.stderr


def test_try_asks_a_vendor(simulated: Vendors) -> None:
    words = ("--allow-private", "-p", f"id={vapi.ASSISTANT_ID}", "-d", '{"firstMessage": "Tried"}')
    tried = gateway("try", "vapi.update_assistant", *words, environ=simulated.environ)

    assert tried.returncode == 0, tried.stderr
    assert json.loads(tried.stdout)["firstMessage"] == "Tried"
    assert [request.method for request in simulated.vapi.received] == ["PATCH"]


def test_try_shows_a_refusal_and_ends_with_1(simulated: Vendors) -> None:
    tried = gateway("try", "vapi.list_assistants", "--allow-private", "-q", "limit=0", environ=simulated.environ)

    assert tried.returncode == 1
    assert json.loads(tried.stdout)["errors"][0]["name"] == "limit"


def test_try_reaches_no_private_address_unless_it_is_told_to(simulated: Vendors) -> None:
    tried = gateway("try", "vapi.list_assistants", environ=simulated.environ)

    assert tried.returncode == 1
    assert "GW306" in tried.stderr


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom gateway.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as ended:\n    assert not ended.code\n"
        f"print([name for name in {NEVER_FOR_HELP!r} if name in sys.modules], file=sys.stderr)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert told.stderr.strip() == "[]"
    for command in ("serve", "check", "routes", "explain", "try"):
        assert command in told.stdout


@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("serve", "--admin-bind", "here"), ("sreve",), ("try",)])
def test_wrong_usage_ends_with_2(words: tuple[str, ...]) -> None:
    assert gateway(*words).returncode == 2
