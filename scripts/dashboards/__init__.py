"""Makes what Grafana and Prometheus read about a gateway: `python -m scripts.dashboards`."""

from pathlib import Path

from scripts.dashboards.alerts import ALERTS, RECORDED
from scripts.dashboards.boards import BOARDS
from scripts.dashboards.cases import cases_yaml
from scripts.dashboards.panels import board_json
from scripts.dashboards.rules import rules_yaml

INFRASTRUCTURE = Path(__file__).parents[2] / "infrastructure"


def files() -> dict[Path, str]:
    """What stands in which file, below infrastructure/."""
    boards = {Path(f"grafana/dashboards/{board.name}.json"): board_json(board) for board in BOARDS}
    rules = {
        Path("prometheus/alerts.yml"): rules_yaml(RECORDED, ALERTS),
        Path("prometheus/alerts_test.yml"): cases_yaml(),
    }
    return {**boards, **rules}


def main() -> None:
    for path, text in files().items():
        target = INFRASTRUCTURE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
