"""A real Prometheus for tests: on a free port, with a scrape a second, in a temporary folder, ended by its id."""

import math
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tests.running import free_port

CONFIG = """
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [RULES]
scrape_configs:
  - job_name: gateway
    metrics_path: /metrics
    static_configs: [{targets: [TARGETS]}]
"""


class Prometheus(msgspec.Struct, frozen=True):
    """`url` is where it answers."""

    url: str

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an instant query, each with `metric` and `value`."""
        said = self._ask("query", {"query": expression})
        series: list[dict[str, Any]] = said["result"]
        return series

    def value(self, expression: str) -> float:
        """Of one series; NaN where there is none."""
        series = self.query(expression)
        return float(series[0]["value"][1]) if series else math.nan

    def exemplars(self, expression: str) -> list[dict[str, Any]]:
        now = time.time()
        said: Any = self._ask("query_exemplars", {"query": expression, "start": now - 600, "end": now + 60})
        return [exemplar for series in said for exemplar in series["exemplars"]]

    def alerts(self) -> dict[str, str]:
        """The state of each alert that is not inactive, by name."""
        return {alert["labels"]["alertname"]: alert["state"] for alert in self._ask("alerts", {})["alerts"]}

    def scraped(self, target: str) -> bool:
        """Whether it has an answer of that target."""
        return self.value(f'up{{instance="{target}"}}') == 1

    def _ask(self, what: str, parameters: dict[str, Any]) -> Any:
        answer = httpx.get(f"{self.url}/api/v1/{what}", params=parameters, trust_env=False, timeout=10)
        document = answer.json()
        assert document["status"] == "success", document
        return document["data"]


@contextmanager
def prometheus(targets: Sequence[str], rules: Path | None = None) -> Iterator[Prometheus]:
    """Scrapes these addresses, `host:port`, and evaluates these rules."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "prometheus.yml"
        named = ", ".join(f'"{target}"' for target in targets)
        config.write_text(CONFIG.replace("TARGETS", named).replace("RULES", str(rules) if rules else ""))
        port = free_port()
        command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data", "--log.level=error"]
        command += [f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=exemplar-storage"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield _ready(f"http://127.0.0.1:{port}", process)
            finally:
                process.terminate()
                process.communicate(timeout=20)


def _ready(url: str, process: "subprocess.Popen[str]") -> Prometheus:
    until = time.monotonic() + 30
    while True:
        assert process.poll() is None, process.communicate()[1]
        try:
            if httpx.get(f"{url}/-/ready", trust_env=False, timeout=1).status_code == 200:
                return Prometheus(url)
        except httpx.TransportError:
            pass
        assert time.monotonic() < until, "Prometheus is not ready after 30 seconds"
        time.sleep(0.05)


def promtool(*arguments: str, said: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Prometheus's own checks; `said` is what it reads from stdin."""
    return subprocess.run(["promtool", *arguments], input=said, capture_output=True, check=False, timeout=60)
