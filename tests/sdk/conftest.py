"""The shipped config with keys of callers, in front of simulated vendors; each vendor's own SDK is pointed at it."""

import os
import tempfile
from collections.abc import Iterator

import msgspec
import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.end_to_end.world import AMPLE, Vendors, World, gateway_for, vendors
from tests.running import SHIPPED


class Desk(msgspec.Struct, frozen=True):
    """A gateway that asks for keys: `key` opens it, `wrong` does not."""

    world: World
    key: str
    wrong: str = "gwk_live_" + "0" * 36

    @property
    def url(self) -> str:
        return f"{self.world.gateway.url}/native"

    @property
    def vendors(self) -> Vendors:
        return self.world.vendors


@pytest.fixture(scope="session", name="opened")
def open_desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder, vendors() as simulated:
        environ = {"GATEWAY_API_KEYS": "required", "GATEWAY_STORAGE": f"sqlite:///{folder}/gateway.db", **AMPLE}
        made = CliRunner(env={**os.environ, **environ}).invoke(main, ["keys", "create", "sdk", "-c", str(SHIPPED)])
        with gateway_for(simulated, environ) as world:
            yield Desk(world, made.stdout.strip())


@pytest.fixture(name="desk")
def fresh(opened: Desk) -> Desk:
    opened.vendors.forget()
    return opened
