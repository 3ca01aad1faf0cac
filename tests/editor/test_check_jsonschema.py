"""check-jsonschema, which people run in pre-commit and CI, takes what the gateway takes, and names what it does not."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from gateway.loading.published import config_schema
from gateway.registry import written_types
from tests.gateway.loading.golden import main_file, split
from tests.gateway.loading.toys import REGISTRY
from tests.running import SHIPPED

CASES = Path(__file__).parent.parent / "config"


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "check_jsonschema", *map(str, arguments))
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The schema of the small policies that the cases of tests/config are written for."""
    path = tmp_path_factory.mktemp("toys") / "schema.json"
    path.write_bytes(msgspec.json.encode(config_schema(written_types(REGISTRY))))
    return path


def valid(case: Path) -> bool:
    _, expected = split(case.read_bytes().decode())
    return expected == "ok" or all("warning[" in line for line in expected.splitlines())


def written(cases: list[Path], folder: Path) -> list[Path]:
    files = []
    for case in cases:
        path = folder / f"{case.stem}.yaml"
        path.write_bytes(main_file(split(case.read_bytes().decode())[0]).encode())
        files.append(path)
    return files


def test_the_schema_is_one(folder: Path) -> None:
    done = check("--check-metaschema", folder / "schema.json")

    assert done.returncode == 0, done.stdout


def test_the_shipped_config_fits(folder: Path) -> None:
    done = check("--schemafile", folder / "schema.json", SHIPPED)

    assert done.returncode == 0, done.stdout


def test_whatever_the_gateway_accepts_fits(toys: Path, folder: Path, tmp_path: Path) -> None:
    small = [case for case in sorted(CASES.glob("*.case")) if valid(case)]
    whole = [case for case in sorted((CASES / "mistakes").glob("*.case")) if valid(case)]  # of all policies
    told = [
        check("--schemafile", schema, *written(cases, tmp_path))
        for schema, cases in ((toys, small), (folder / "schema.json", whole))
    ]

    assert len([*small, *whole]) >= 15
    assert [one.returncode for one in told] == [0, 0], [one.stdout for one in told]


WRONG = """
a_list bounds duplicate_key missing_discriminator missing_keys names null one_of parameters routes statuses syntax
units unknown_credential unknown_keys wrong_level wrong_types
"""


def test_what_a_schema_can_tell_to_be_wrong_does_not(toys: Path, tmp_path: Path) -> None:
    files = written([CASES / f"{name}.case" for name in WRONG.split()], tmp_path)
    said = check("--schemafile", toys, "--output-format", "json", *files).stdout
    report = msgspec.json.decode(said)
    named = {Path(error["filename"]).stem for error in (*report["errors"], *report["parse_errors"])}

    assert sorted(set(WRONG.split()) - named) == []


MISTAKES = """\
version: 1
integrations:
  crm:
    base_url: https://crm.example
    credential: {use: basic, username: a, token: b}
    breaker: {failurs: 3}
    retry: {attempts: many, unsafe: sometimes}
    timeout: {total: 10}
    stub: sloow
    endpoints:
      list: {route: GET /list, paging: {style: cursor, next: a, parameter: b, page: c}}
"""
CRM = "mistakes.yaml::$.integrations.crm"
REASONS = [
    f"{CRM}.breaker: Additional properties are not allowed ('failurs' was unexpected)",
    f"{CRM}.credential: Additional properties are not allowed ('token' was unexpected)",
    f"{CRM}.endpoints.list.paging: Additional properties are not allowed ('page' was unexpected)",
    f"{CRM}.retry.attempts: 'many' is not of type 'integer'",
    f"{CRM}.retry.unsafe: 'sometimes' is not one of ['known_unprocessed', 'never', 'with_idempotency_key']",
    f"{CRM}.stub: 'sloow' is not one of ['error', 'invalid_grant', 'rate_limited', 'reset', 'slow', None]",
    f"{CRM}.timeout.total: 10 is not of type 'string'",
]


def test_each_mistake_is_one_line_about_the_branch_that_was_meant(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mistakes.yaml").write_text(MISTAKES)
    said = check("--schemafile", folder / "schema.json", tmp_path / "mistakes.yaml").stdout
    lines = sorted(line.strip().removeprefix(f"{tmp_path}/") for line in said.splitlines()[1:])

    assert lines == REASONS
