"""`gateway diff` over real files, a real git repository and a gateway that runs."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.running import Running, free_port, running

CONFIG = """\
version: 1
defaults: {timeout: {total: 20s}}
integrations:
  crm:
    base_url: https://crm.example
    credential: {use: bearer, token: "${CRM_TOKEN}"}
    endpoints:
      list:
        route: GET /contacts
        query: {limit: {type: integer, maximum: 100}}
        response: {$ref: schemas/contacts.json}
"""
SCHEMA = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
CHANGED = "~ crm.list timeout.total 20s → 30s  (integrations.yaml:2)\n"
STRANGER = "error: {} is not the admin address of a gateway: `gateway serve` says where that is"
ENVIRON = {"CRM_TOKEN": "mark-of-the-token", "CRM_HOST": "crm.example"}


def diff(folder: Path, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gateway", "diff", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(name="project")
def written(tmp_path: Path) -> Path:
    """A project with a config and a schema, committed to git, and a change that is not."""
    folder = tmp_path / "project"
    (folder / "schemas").mkdir(parents=True)
    (folder / "integrations.yaml").write_text(CONFIG)
    (folder / "schemas" / "contacts.json").write_text(json.dumps(SCHEMA))
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "add", ".")
    _git(folder, "-c", "user.name=Ann", "-c", "user.email=ann@crm.example", "commit", "-q", "-m", "First")
    (folder / "integrations.yaml").write_text(CONFIG.replace("20s", "30s"))
    return folder


def _git(folder: Path, *words: str) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *words], cwd=folder, env=environ, check=True, capture_output=True)


@pytest.mark.parametrize(
    "words",
    [
        ("HEAD",),
        ("HEAD", "integrations.yaml"),
        ("main:integrations.yaml", "integrations.yaml"),
        ("HEAD:./integrations.yaml", "integrations.yaml"),
    ],
)
def test_a_revision_is_compared_with_the_file_as_it_is(project: Path, words: tuple[str, ...]) -> None:
    told = diff(project, *words)

    assert (told.returncode, told.stdout, told.stderr) == (0, CHANGED, "")


def test_schemas_are_those_of_the_revision(project: Path) -> None:
    (project / "schemas" / "contacts.json").write_text(json.dumps(SCHEMA).replace('"id"', '"key"'))

    told = diff(project, "HEAD", "--openapi", "--exit-code")

    assert told.returncode == 1
    assert told.stdout.splitlines() == [
        "breaks callers:",
        "  crm.list  GET /api/v1/crm/contacts  answer 200 [].id is gone",
        "compatible:",
        "  crm.list  GET /api/v1/crm/contacts  answer 200 [].key is new",
    ]
    (project / "integrations.yaml").write_text(CONFIG)
    assert "HEAD:integrations.yaml:11" in diff(project, "HEAD").stdout


def test_a_config_below_the_top_of_the_repository_is_found(project: Path) -> None:
    inner = project / "below"
    inner.mkdir()
    (inner / "integrations.yaml").write_text(CONFIG.replace("schemas/", "../schemas/"))
    _git(project, "add", ".")
    _git(project, "-c", "user.name=Ann", "-c", "user.email=ann@crm.example", "commit", "-q", "-m", "Second")
    (inner / "integrations.yaml").write_text(CONFIG.replace("schemas/", "../schemas/").replace("20s", "30s"))

    assert diff(inner, "HEAD").stdout == CHANGED
    assert diff(inner, "HEAD:./integrations.yaml", "integrations.yaml").stdout == CHANGED
    assert diff(inner, "HEAD:below/integrations.yaml", "integrations.yaml").stdout == CHANGED


def test_two_files_that_mean_the_same_do_not_differ(project: Path, tmp_path: Path) -> None:
    other = project / "other.yaml"
    other.write_text(CONFIG.replace("20s", "30000ms") + "# the end\n")
    told = diff(project, "integrations.yaml", "other.yaml", "--exit-code")

    assert (told.returncode, told.stdout) == (0, "")


def test_the_exit_code_tells_only_when_it_is_asked(project: Path) -> None:
    assert diff(project, "HEAD").returncode == 0
    assert diff(project, "HEAD", "--exit-code").returncode == 1
    assert diff(project, "HEAD", "--openapi", "--exit-code").returncode == 0
    assert diff(project, "HEAD", GATEWAY_DIFF_EXIT_CODE="1").returncode == 1


def test_programs_get_one_value(project: Path) -> None:
    assert json.loads(diff(project, "HEAD", "--json").stdout) == {
        "same": False,
        "differences": [
            {
                "change": "changed",
                "subject": "crm.list",
                "key": "timeout.total",
                "before": "20s",
                "after": "30s",
                "place": "integrations.yaml:2",
            }
        ],
    }
    assert json.loads(diff(project, "HEAD", "--json", "--openapi").stdout) == {"breaking": [], "compatible": []}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none.yaml",), "there is no file and no git revision `none.yaml`"),
        (("HEAD:none.yaml", "integrations.yaml"), "there is no `none.yaml` in revision `HEAD`"),
        (("nonsense:integrations.yaml", "integrations.yaml"), "no git revision `nonsense:integrations.yaml`"),
        (("^HEAD",), "no git revision `^HEAD`"),
        (("--output=x:y", "integrations.yaml"), "no such option"),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line(project: Path, words: tuple[str, ...], said: str) -> None:
    told = diff(project, *words)

    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_broken_file_is_told_with_its_problems_and_is_no_difference(project: Path) -> None:
    (project / "integrations.yaml").write_text(CONFIG.replace("20s", "20"))
    told = diff(project, "HEAD", "--exit-code")

    assert (told.returncode, told.stdout) == (2, "")
    assert "GW110" in told.stderr
    assert "is no valid config" in told.stderr


@pytest.fixture(name="gateway")
def served(project: Path) -> Iterator[Running]:
    (project / "integrations.yaml").write_text(CONFIG.replace("//crm.example", "//${CRM_HOST}"))
    with running(project / "integrations.yaml", ENVIRON, cwd=project) as gateway:
        yield gateway


def test_what_runs_is_what_the_file_would_change(project: Path, gateway: Running) -> None:
    bind = gateway.admin.removeprefix("http://")
    same = diff(project, "integrations.yaml", "--exit-code", GATEWAY_ADMIN_BIND=bind, **ENVIRON)
    assert (same.returncode, same.stdout, same.stderr) == (0, "", "")

    config = project / "integrations.yaml"
    config.write_text(config.read_text().replace("20s", "30s").replace("maximum: 100", "maximum: 50"))
    for words in ((), ("integrations.yaml",), (gateway.admin,), (gateway.admin, "integrations.yaml")):
        told = diff(project, *words, GATEWAY_ADMIN_BIND=bind, **ENVIRON)
        assert told.stdout == "~ crm.list query.limit.maximum 100 → 50  (integrations.yaml:10)\n" + CHANGED

    for address in (gateway.admin, gateway.url):
        callers = diff(project, address, "--openapi", "--exit-code", **ENVIRON)
        assert callers.returncode == 1
        assert callers.stdout.endswith("GET /api/v1/crm/contacts  query `limit` maximum 100 → 50\n")

    unset = diff(project, gateway.admin, "HEAD:integrations.yaml")
    assert "mark-of" not in unset.stdout + unset.stderr


def test_what_only_the_gateway_knows_is_not_compared(project: Path, gateway: Running) -> None:
    told = diff(project, gateway.admin)

    assert (told.returncode, told.stdout) == (0, "")
    assert told.stderr == "not compared, since they are not set here: CRM_HOST\n"


def test_a_page_for_people_is_no_config(project: Path, tmp_path: Path) -> None:
    class Website(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!doctype html>")

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Website) as website:
        threading.Thread(target=website.serve_forever).start()
        address = f"http://127.0.0.1:{website.server_port}"
        told = diff(project, address)
        website.shutdown()

    assert (told.returncode, told.stderr.splitlines()) == (2, [STRANGER.format(address)])


def test_an_address_that_is_not_a_gateways_is_told(project: Path, gateway: Running) -> None:
    silent, public = diff(project, f"http://127.0.0.1:{free_port()}"), diff(project, gateway.url)

    assert (silent.returncode, public.returncode) == (2, 2)
    assert "no gateway answers at http://127.0.0.1:" in silent.stderr
    assert f"{gateway.url} is not the admin address of a gateway" in public.stderr
