"""The whole thing: the shipped integrations.yaml, served by the real command, in front of five simulated vendors."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tests.running import SHIPPED, Running, running
from tests.simulators import Gmail, GoogleCalendar, Microsoft, Simulator, Twilio, Vapi, serve_in_thread
from tests.simulators.__main__ import CREDENTIALS

VENDORS = ("vapi", "twilio", "google-calendar", "gmail", "microsoft")
AMPLE = {"RATE_LIMIT_PER_MINUTE": "100000"}
"""Callers' quotas have tests of their own; elsewhere nobody shall run into one."""


class Vendors(msgspec.Struct, frozen=True):
    """The simulators, and what a gateway needs in its environment to find them and to be let in."""

    vapi: Vapi
    twilio: Twilio
    calendar: GoogleCalendar
    gmail: Gmail
    microsoft: Microsoft
    environ: Mapping[str, str]

    @property
    def all(self) -> tuple[Simulator, ...]:
        return self.vapi, self.twilio, self.calendar, self.gmail, self.microsoft

    def named(self, name: str) -> Simulator:
        return self.all[VENDORS.index(name)]

    def forget(self) -> None:
        """What came in, and the faults that nobody met."""
        for simulator in self.all:
            simulator.script.clear()
            simulator.received.clear()


class World(msgspec.Struct, frozen=True):
    """A gateway between clients and the vendors: requests of `client` go past the cache, those of `cached` do not."""

    vendors: Vendors
    gateway: Running
    client: httpx.Client
    cached: httpx.Client

    def ask(self, route: str, **words: Any) -> httpx.Response:
        """`route` is method and path below /api/v1; `words` are those of httpx.Client.request."""
        method, _, path = route.partition(" ")
        return self.client.request(method, f"/api/v1{path}", **words)

    def look(self, path: str, **words: Any) -> httpx.Response:
        """A GET that the cache may answer."""
        return self.cached.get(f"/api/v1{path}", **words)

    def health(self) -> Any:
        return self.client.get("/health").json()


@contextmanager
def vendors() -> Iterator[Vendors]:
    parts = (Vapi(), Twilio(), GoogleCalendar(), Gmail(), Microsoft())
    with ExitStack() as serving:
        urls = {simulator.name: serving.enter_context(serve_in_thread(simulator)) for simulator in parts}
        bases = {f"{name.upper().replace('-', '_')}_BASE_URL": url for name, url in urls.items()}
        yield Vendors(*parts, environ={**bases, **CREDENTIALS})


@contextmanager
def world(environ: Mapping[str, str] = AMPLE, *flags: str, config: Path = SHIPPED) -> Iterator[World]:
    """`environ` is laid over what the vendors need."""
    with vendors() as simulated, gateway_for(simulated, environ, *flags, config=config) as found:
        yield found


@contextmanager
def gateway_for(
    simulated: Vendors, environ: Mapping[str, str] = AMPLE, *flags: str, config: Path = SHIPPED
) -> Iterator[World]:
    with (
        running(config, {**simulated.environ, **environ}, "--allow-private", *flags) as gateway,
        gateway.client() as client,
        gateway.client() as cached,
    ):
        client.headers["cache-control"] = "no-store"
        yield World(simulated, gateway, client, cached)


def ended(gateway: Running, within: float = 40) -> str:
    """Asks the gateway to end; returns what it has said on stderr, after it has ended in order."""
    gateway.process.terminate()
    return last_words(gateway, within)


def last_words(gateway: Running, within: float = 40) -> str:
    said: str = gateway.process.communicate(timeout=within)[1]
    assert gateway.process.returncode == 0, said
    return said


def seconds_since(start: float) -> float:
    return time.monotonic() - start
