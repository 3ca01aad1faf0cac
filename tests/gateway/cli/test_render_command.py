"""`gateway render`, in this process."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from gateway.cli import main
from gateway.loading import load
from gateway.registry import discover

CONFIG = """\
version: 1
defaults: {timeout: {total: 30s}}
integrations:
  crm:
    base_url: https://crm.example
    credential: {use: bearer, token: "${CRM_TOKEN}"}
    endpoints:
      get: {route: GET /contacts}
      list: {route: GET /lists}
"""


@pytest.fixture(name="config")
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRM_TOKEN", "mark-of-the-token")
    file = tmp_path / "integrations.yaml"
    file.write_text(CONFIG)
    return file


@pytest.mark.usefixtures("config")
def test_each_value_has_its_line_behind_it() -> None:
    shown = CliRunner().invoke(main, ["render"])

    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert shown.exit_code == 0
    assert lines.count("total: 30s # integrations.yaml:2") == 2
    assert "connect: 2s # default" in lines
    assert "token: <secret env:CRM_TOKEN> # integrations.yaml:6" in lines
    assert "mark-of-the-token" not in shown.output


@pytest.mark.usefixtures("config")
def test_the_lines_can_be_left_out() -> None:
    shown, programs = (
        CliRunner().invoke(main, ["render", "--no-origins"]),
        CliRunner().invoke(main, ["render", "--json"]),
    )

    assert "#" not in shown.stdout
    assert yaml.safe_load(shown.stdout) == json.loads(programs.stdout)["config"]


@pytest.mark.usefixtures("config")
def test_programs_get_one_value_and_the_origins_by_pointer() -> None:
    shown = CliRunner().invoke(main, ["render", "--json"])
    found = json.loads(shown.stdout)

    assert found["origins"]["/integrations/crm/endpoints/get/timeout/total"] == "integrations.yaml:2"
    assert "/integrations/crm/endpoints/get/timeout/connect" not in found["origins"]
    assert shown.stdout.endswith("}\n")
    assert "mark-of-the-token" not in shown.output


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(("name", "endpoints"), [("crm", ["get", "list"]), ("crm.list", ["list"])])
def test_a_part_can_be_asked_for(name: str, endpoints: list[str]) -> None:
    found = json.loads(CliRunner().invoke(main, ["render", name, "--json"]).stdout)

    assert list(found["config"]) == ["integrations"]
    assert list(found["config"]["integrations"]["crm"]["endpoints"]) == endpoints
    assert all(pointer.startswith("/integrations/crm/") for pointer in found["origins"])


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize("name", ["hr", "crm.nothing"])
def test_a_part_that_is_not_there_is_told(name: str) -> None:
    shown = CliRunner().invoke(main, ["render", name])

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert f"there is no integration or endpoint `{name}`" in shown.stderr


def test_what_is_shown_is_a_config_itself(config: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.yaml"
    again.write_text(CliRunner().invoke(main, ["render"]).stdout)

    assert load(config, discover(), {}, lenient_secrets=True).config.integrations
    assert [one.name for one in load(again, discover(), {}, lenient_secrets=True).config.integrations] == ["crm"]


def test_a_config_with_a_problem_is_not_rendered(config: Path) -> None:
    config.write_text(CONFIG.replace("total: 30s", "total: 30"))
    shown = CliRunner().invoke(main, ["render"])

    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "GW110" in shown.stderr
