"""Metrics of the process: what is loaded, and whether the last reload succeeded."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge, Info, generate_latest


class Telemetry:
    """One registry a process; nothing global."""

    def __init__(self, version: str, now: Callable[[], float]) -> None:
        self._now = now
        self.registry = CollectorRegistry()
        Info("gateway_build", "The version that runs", registry=self.registry).info({"version": version})
        self._config = Gauge("gateway_config_info", "The config that serves", ["hash"], registry=self.registry)
        self._good = Gauge(
            "gateway_config_last_reload_successful", "1 if the newest config serves, 0 if it was refused",
            registry=self.registry,
        )  # fmt: skip
        self._when = Gauge(
            "gateway_config_last_reload_timestamp_seconds", "When a config was last taken over", registry=self.registry
        )

    def loaded(self, digest: str) -> None:
        self._config.clear()
        self._config.labels(digest[:12]).set(1)
        self._good.set(1)
        self._when.set(self._now())

    def refused(self) -> None:
        self._good.set(0)

    def render(self) -> bytes:
        return generate_latest(self.registry)
