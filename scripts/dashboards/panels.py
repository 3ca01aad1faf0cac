"""A dashboard in Grafana's classic JSON, from a line or two for each panel."""

from typing import Any, Literal

import msgspec

WIDTH = 24
HEIGHT = 8
PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
_COLOURS = ({"color": "green", "value": None}, {"color": "red", "value": 1})

Kind = Literal["timeseries", "stat", "table", "state-timeline", "bargauge"]


class Query(msgspec.Struct, frozen=True):
    """`legend` names a series by its labels; `exemplars` asks for single requests behind the numbers."""

    expression: str
    legend: str = ""
    exemplars: bool = False


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """`unit` is one of Grafana's, `about` what to make of it; `width` of WIDTH. `zero` colours whatever is not 0."""

    title: str
    about: str
    unit: str
    queries: tuple[Query, ...]
    kind: Kind = "timeseries"
    width: int = 12
    zero: bool = False


class Board(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    about: str
    panels: tuple[Panel, ...]


def board_json(board: Board) -> str:
    document = {
        "uid": f"gateway-{board.name.replace('_', '-')}",
        "title": board.title,
        "description": board.about,
        "tags": ["integration-gateway"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [*_variables()]},
        "panels": [*_placed(board.panels)],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _variables() -> list[dict[str, Any]]:
    return [
        {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "hide": 0},
        {
            "name": "integration",
            "label": "Integration",
            "type": "query",
            "datasource": PROMETHEUS,
            "query": {
                "query": "label_values(http_server_request_duration_seconds_count, integration)",
                "refId": "integration",
            },
            "refresh": 2,
            "sort": 1,
            "multi": True,
            "includeAll": True,
            "allValue": ".*",
            "current": {"text": "All", "value": "$__all"},
            "hide": 0,
        },
    ]


def _placed(panels: tuple[Panel, ...]) -> list[dict[str, Any]]:
    """One after the other, in rows that are full before the next begins."""
    found, x, y = [], 0, 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > WIDTH:
            x, y = 0, y + HEIGHT
        found.append({"id": number, "gridPos": {"x": x, "y": y, "w": panel.width, "h": HEIGHT}, **_panel(panel)})
        x += panel.width
    return found


def _panel(panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit}
    if panel.zero:
        defaults |= {"thresholds": {"mode": "absolute", "steps": _COLOURS}, "color": {"mode": "thresholds"}}
    if panel.kind == "timeseries":
        defaults["custom"] = {"fillOpacity": 10, "showPoints": "never"}
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": PROMETHEUS,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {"tooltip": {"mode": "multi", "sort": "desc"}} if panel.kind == "timeseries" else {},
        "targets": [_target(panel, number, query) for number, query in enumerate(panel.queries)],
    }


def _target(panel: Panel, number: int, query: Query) -> dict[str, Any]:
    table = panel.kind in {"table", "bargauge", "stat"}
    return {
        "refId": chr(ord("A") + number),
        "datasource": PROMETHEUS,
        "expr": query.expression,
        "legendFormat": query.legend or "__auto",
        "exemplar": query.exemplars,
        "instant": table,
        "range": not table,
        "format": "table" if panel.kind == "table" else "time_series",
    }
