"""Dashboards and alerts are made from code, in order, and speak of nothing that is not there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from gateway.cli import main
from gateway.observing.catalogue import CATALOGUE
from scripts.dashboards import INFRASTRUCTURE, files
from scripts.dashboards.alerts import ALERTS
from scripts.dashboards.cases import CASES
from tests.prometheus import promtool
from tests.running import ROOT

BOARDS = sorted((INFRASTRUCTURE / "grafana" / "dashboards").glob("*.json"))
RULES = INFRASTRUCTURE / "prometheus" / "alerts.yml"
RUNBOOKS = ROOT / "docs" / "runbooks"
WORDS = re.compile(r"(?<![:\w])(?:gateway|http)_(?!response_status_code|request_method|route)[a-z0-9_]+")
SUFFIXES = ("_bucket", "_count", "_sum")
COMMAND = re.compile(r"(?:^|`)gateway ([a-z]+)", re.MULTILINE)


def known(name: str) -> bool:
    """Whether a name of an expression is a metric, or a histogram's part."""
    names = {one.name for one in CATALOGUE}
    parts = {one.name + suffix for one in CATALOGUE if one.kind == "histogram" for suffix in SUFFIXES}
    return name in names | parts


def expressions(board: dict[str, Any]) -> Iterator[str]:
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def test_what_is_checked_in_is_what_the_code_makes() -> None:
    for path, text in files().items():
        assert (INFRASTRUCTURE / path).read_text() == text, f"{path}: run `python -m scripts.dashboards`"
    assert {path.name for path in BOARDS} == {path.name for path in files() if path.suffix == ".json"}


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_whole(path: Path) -> None:
    board = json.loads(path.read_text())
    panels = board["panels"]

    assert [one["name"] for one in board["templating"]["list"]] == ["datasource", "integration"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
    assert not any(re.search(r"rate\([^\[]*\[\d+[smh]\]", each) and "1h" not in each for each in expressions(board))


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_every_expression_of_a_dashboard_parses_and_names_metrics_that_exist(path: Path, tmp_path: Path) -> None:
    found = [*expressions(json.loads(path.read_text()))]
    ready = [
        each.replace("$__rate_interval", "1m").replace("$__range", "1h").replace("$integration", ".*") for each in found
    ]
    rules = tmp_path / "rules.yml"
    recorded = [{"record": f"panel:{number}", "expr": each} for number, each in enumerate(ready)]
    rules.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))

    checked = promtool("check", "rules", str(rules))

    assert checked.returncode == 0, checked.stderr.decode()
    assert not [name for each in found for name in WORDS.findall(each) if not known(name)]


def test_every_alert_parses_names_metrics_that_exist_and_has_a_runbook() -> None:
    checked = promtool("check", "rules", str(RULES))

    assert checked.returncode == 0, checked.stderr.decode()
    for alert in ALERTS:
        assert not [name for name in WORDS.findall(alert.expression) if not known(name)], alert.name
        assert (RUNBOOKS / f"{alert.runbook}.md").is_file(), alert.name


def test_every_alert_fires_when_it_should_and_not_just_before() -> None:
    tried = promtool("test", "rules", str(RULES.with_name("alerts_test.yml")))

    assert tried.returncode == 0, tried.stdout.decode() + tried.stderr.decode()
    assert {case.alert for case in CASES} == {alert.name for alert in ALERTS}


def test_a_threshold_that_is_moved_is_noticed(tmp_path: Path) -> None:
    moved = RULES.read_text().replace("> 0.2", "> 0.3").replace("< 10", "< 8").replace("> 6", "> 5")
    (tmp_path / "alerts.yml").write_text(moved)
    (tmp_path / "alerts_test.yml").write_text(RULES.with_name("alerts_test.yml").read_text())

    tried = promtool("test", "rules", str(tmp_path / "alerts_test.yml"))

    said = (tried.stdout + tried.stderr).decode()
    for alert in ("TokenRenewalsFail", "VendorLimitNearlyUsed", "CallersOverQuota", "Unusual"):
        assert alert in said


def test_the_config_for_prometheus_is_one() -> None:
    checked = promtool("check", "config", "--syntax-only", str(RULES.with_name("prometheus.yml")))

    assert checked.returncode == 0, checked.stderr.decode()


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_names_an_alert_and_commands_that_exist(path: Path) -> None:
    text = path.read_text()
    meant = {alert.name for alert in ALERTS if alert.runbook == path.stem}

    assert meant
    assert all(f"`{name}`" in text for name in meant)
    for heading in ("Look first", "Likely causes", "What to do", "It is over when"):
        assert f"\n## {heading}\n" in text
    for name in set(COMMAND.findall(text)):
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0, name
