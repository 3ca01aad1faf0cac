"""`gateway schema`, in this process."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from scripts.schema import schema


def test_the_schema_of_the_config_language_is_the_one_that_is_shipped() -> None:
    told = CliRunner().invoke(main, ["schema", "config"])

    assert (told.exit_code, told.stdout) == (0, schema())


def test_the_document_of_a_config_needs_no_server() -> None:
    told = CliRunner().invoke(main, ["schema", "openapi"], env={"VAPI_API_KEY": "mark-of-the-key"})
    document = json.loads(told.stdout)

    assert document["openapi"].startswith("3.1")
    assert document["paths"]["/api/v1/vapi/assistants"]["get"]["operationId"] == "vapi.list_assistants"
    assert "mark-of" not in told.output


@pytest.mark.parametrize("what", ["config", "openapi"])
def test_it_can_be_written_to_a_file(tmp_path: Path, what: str) -> None:
    target = tmp_path / "written.json"
    told = CliRunner().invoke(main, ["schema", what, "-o", str(target)])

    assert (told.exit_code, told.output) == (0, "")
    assert target.read_text() == CliRunner().invoke(main, ["schema", what]).stdout


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["schema", "config", "-o", str(tmp_path / "none" / "x.json")])

    assert (told.exit_code, told.stdout) == (2, "")
    assert "cannot write" in told.stderr


def test_a_config_with_a_problem_yields_no_document(tmp_path: Path) -> None:
    file = tmp_path / "integrations.yaml"
    file.write_text("version: 1\nintegration: {}\n")
    told = CliRunner().invoke(main, ["schema", "openapi", "-c", str(file)])

    assert (told.exit_code, told.stdout) == (1, "")
    assert "GW104" in told.stderr
