"""A vendor over real sockets, the config that names it, and what probing says of the two."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from gateway.diagnostics import Problem
from gateway.loading import load
from gateway.plan import Flags, Keeper, compile_plans, system_kit
from gateway.probing import World, probe
from gateway.registry import discover
from gateway.upstream.resolve import Addresses
from tests.faults.server import Vendor

HOST = "vendor.example"
MARK = "s3cret-of-the-vendor"
ENDPOINT = "endpoints: {list_contacts: {route: GET /contacts}}"


async def at_home(host: str) -> Addresses:
    """Every name is this machine, but those under `.invalid`, and those under `.silent` are never found."""
    if host.endswith(".invalid"):
        raise OSError(host)
    if host.endswith(".silent"):
        await asyncio.Event().wait()
    return ("127.0.0.1",)


def config(url: str, endpoints: str = ENDPOINT, *, private: bool = True, credential: str = "") -> str:
    """One integration, `crm`; its base_url stands in line 4, its credential in line 5."""
    credential = credential or "credential: {use: bearer, token: '${CRM_TOKEN}'}"
    lines = ["version: 1", "integrations:", "  crm:", f"    base_url: {url}", f"    {credential}", f"    {endpoints}"]
    return "\n".join([*lines, f"    allow_private: {str(private).lower()}"]) + "\n"


def probed(folder: Path, text: str, world: World | None = None, token: str | None = MARK) -> tuple[Problem, ...]:
    file = folder / "integrations.yaml"
    file.write_text(text)
    registry = discover()
    loaded = load(file, registry, {"CRM_TOKEN": token} if token else {}, lenient_secrets=True)
    plans = compile_plans(loaded, registry, system_kit(Keeper(), {}), Flags(), "")
    return probe(loaded, plans, world or World(lookup=at_home, seconds=3))


def told(problems: tuple[Problem, ...]) -> list[tuple[str, str, int, str]]:
    return [(problem.code, problem.severity, problem.place.line, problem.message) for problem in problems]


@contextlib.contextmanager
def serving(vendor: Vendor) -> Iterator[Vendor]:
    """The vendor, in a thread of its own until the block ends."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    done = asyncio.Event()

    async def live() -> None:
        async with vendor:
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(live()))
    thread.start()
    try:
        assert ready.wait(10), "the vendor did not start"
        yield vendor
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()
