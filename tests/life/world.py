"""A gateway in processes of its own before a vendor that is quick, slow, or says nothing until it may."""

import asyncio
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.faults.cases import CASES as FAULTS
from tests.faults.server import Case, Exchange
from tests.running import Running, eventually, running
from tests.wire.vendors import Wire, vendor_in_thread

CONFIG = """
version: 1
defaults:
  timeout: {connect: 2s, attempt: 20s, total: 25s}
integrations:
  crm:
    base_url: VENDOR
    endpoints:
      quick: {route: GET /quick, upstream: GET /echo}
      slow: {route: GET /slow}
      gated: {route: GET /gated}
"""
QUICK, SLOW, GATED = "/api/v1/crm/quick", "/api/v1/crm/slow", "/api/v1/crm/gated"


async def slow(exchange: Exchange) -> None:
    await exchange.read_body()
    await asyncio.sleep(0.3)
    await exchange.answer()


async def gated(exchange: Exchange) -> None:
    """Answers when the test says so."""
    await exchange.read_body()
    await exchange.vendor.gate.wait()
    await exchange.answer()


CASES: Mapping[str, Case] = {**FAULTS, "slow": slow, "gated": gated}


@contextmanager
def living(folder: Path, *flags: str, config: str = CONFIG) -> Iterator[Wire]:
    """VENDOR in the config is where the vendor is."""
    with vendor_in_thread(CASES) as (vendor, loop):
        file = folder / "integrations.yaml"
        file.write_text(config.replace("VENDOR", vendor.url()))
        with running(file, {}, "--allow-private", *flags) as gateway:
            eventually(lambda: whole(gateway), 30)
            yield Wire(gateway, vendor, loop)


def whole(gateway: Running) -> bool:
    """All workers serve, and the same."""
    with suppress(httpx.TransportError):
        return not httpx.get(f"{gateway.admin}/admin/config", trust_env=False).json()["astray"]
    return False


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]
