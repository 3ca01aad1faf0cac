"""Recorded numbers and alerts, as Prometheus reads them."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
import yaml

RUNBOOKS = "docs/runbooks"
"""In the repository: where they are published is each operator's own."""
_HEAD = "# Made by `python -m scripts.dashboards`: change scripts/dashboards/alerts.py instead.\n"


class Recorded(msgspec.Struct, frozen=True):
    """A number that alerts share; its name has colons, as recorded numbers have."""

    name: str
    expression: str


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """`after` is how long it has to be true; `summary` and `about` may hold Prometheus's `{{ $labels.… }}`.

    Its runbook is docs/runbooks/<runbook>.md.
    """

    name: str
    expression: str
    after: str
    severity: Literal["page", "ticket"]
    summary: str
    about: str
    runbook: str


def rules_yaml(recorded: Sequence[Recorded], alerts: Sequence[Alert], *, hurry: bool = False) -> str:
    """In a `hurry` no alert waits, for a test that cannot."""
    groups = [
        {"name": "gateway-recorded", "rules": [{"record": one.name, "expr": one.expression} for one in recorded]},
        {"name": "gateway", "rules": [*_alerts(alerts, hurry=hurry)]},
    ]
    return _HEAD + yaml.safe_dump({"groups": groups}, sort_keys=False, width=110, allow_unicode=True)


def _alerts(alerts: Sequence[Alert], *, hurry: bool) -> Iterator[dict[str, object]]:
    for alert in alerts:
        yield {
            "alert": alert.name,
            "expr": alert.expression,
            "for": "2s" if hurry else alert.after,
            "labels": {"severity": alert.severity},
            "annotations": {
                "summary": alert.summary,
                "description": alert.about,
                "runbook_url": f"{RUNBOOKS}/{alert.runbook}.md",
            },
        }
