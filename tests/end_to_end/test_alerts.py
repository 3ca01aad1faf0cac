"""A vendor dies: a real Prometheus notices, the alert waits, fires, and ends when the vendor is back."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from scripts.dashboards import INFRASTRUCTURE
from scripts.dashboards.alerts import ALERTS, RECORDED
from scripts.dashboards.rules import rules_yaml
from tests.end_to_end.test_why import Flaky
from tests.faults.server import Vendor
from tests.prometheus import Prometheus, prometheus
from tests.running import eventually, running

CONFIG = """
version: 1
integrations:
  crm:
    base_url: ${VENDOR}
    allow_private: true
    breaker: {failures: 3, recovery: 2s, recovery_max: 2s}
    endpoints: {list: {route: GET /contacts, upstream: GET /flaky}}
"""
PATIENCE = 30.0
"""Seconds for what takes a handful: a scrape and an evaluation a second, and the alert's own 2."""


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[tuple[Prometheus, Flaky]]:
    """A gateway that somebody asks all the time, and Prometheus with our rules, none of which waits for long."""
    flaky = Flaky()
    rules = folder / "alerts.yml"
    rules.write_text(rules_yaml(RECORDED, ALERTS, hurry=True))
    async with Vendor({"flaky": flaky}) as vendor:
        file = folder / "integrations.yaml"
        file.write_text(CONFIG.replace("${VENDOR}", vendor.url()))
        with running(file) as gateway, prometheus([gateway.admin.removeprefix("http://")], rules) as served:
            caller = asyncio.create_task(calling(gateway.url))
            yield served, flaky
            caller.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await caller


async def calling(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client:
        while True:
            await client.get("/api/v1/crm/contacts")
            await asyncio.sleep(0.05)


async def until(check: Callable[[], bool]) -> None:
    await asyncio.to_thread(eventually, check, PATIENCE)


def shown(served: Prometheus, title: str) -> list[float]:
    """What a panel of the dashboard of circuit breakers shows of crm at the moment."""
    board = json.loads((INFRASTRUCTURE / "grafana" / "dashboards" / "circuit_breaker.json").read_text())
    (panel,) = [panel for panel in board["panels"] if panel["title"] == title]
    expression = panel["targets"][0]["expr"].replace("$__rate_interval", "10s").replace("$integration", "crm")
    return [float(series["value"][1]) for series in served.query(expression)]


async def story(folder: Path) -> dict[str, object]:
    seen: dict[str, object] = {}
    async with world(folder) as (served, flaky):
        await until(lambda: shown(served, "State") == [0])
        seen["before"] = served.alerts().get("CircuitOpen")

        flaky.left = 1_000_000
        states: list[str] = []

        def fires() -> bool:
            states.append(served.alerts().get("CircuitOpen", "inactive"))
            return states[-1] == "firing"

        await until(fires)
        seen["states"] = states
        await until(lambda: shown(served, "State") == [2])
        seen["failures"] = shown(served, "Failures")[0] > 0
        seen["spared"] = shown(served, "Calls that were spared")[0] > 0
        seen["open"] = 0.2 < shown(served, "Time open")[0] <= 1.1

        flaky.left = 0
        await until(lambda: "CircuitOpen" not in served.alerts())
        await until(lambda: shown(served, "State") == [0])
        await until(lambda: 1 < next(iter(shown(served, "Recovery time")), 0) < 60)
        seen["recovery"] = True
    return seen


@pytest.fixture(scope="module", name="seen")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    return asyncio.run(story(tmp_path_factory.mktemp("alerts")))


def test_nothing_is_wrong_before(seen: dict[str, object]) -> None:
    assert seen["before"] is None


def test_the_alert_is_pending_and_then_fires_and_ends_with_the_vendors_recovery(seen: dict[str, object]) -> None:
    states = seen["states"]
    assert isinstance(states, list)

    changes = [state for number, state in enumerate(states) if number == 0 or states[number - 1] != state]
    assert changes[-2:] == ["pending", "firing"]


@pytest.mark.parametrize("panel", ["failures", "spared", "open", "recovery"])
def test_the_dashboard_shows_it(seen: dict[str, object], panel: str) -> None:
    assert seen[panel] is True
