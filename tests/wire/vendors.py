"""The raw vendor of the fault tests in a thread of its own, and a gateway in a process before it."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.faults.cases import CASES
from tests.faults.server import Case, Vendor
from tests.running import Running, running


class Wire(msgspec.Struct, frozen=True):
    """A gateway, where it listens, and the vendor behind it."""

    gateway: Running
    vendor: Vendor
    loop: asyncio.AbstractEventLoop

    @property
    def port(self) -> int:
        return int(self.gateway.url.rpartition(":")[2])

    @property
    def admin_port(self) -> int:
        return int(self.gateway.admin.rpartition(":")[2])

    def open_gate(self) -> None:
        """Lets those cases of the vendor go on that wait for its gate."""
        self.loop.call_soon_threadsafe(self.vendor.gate.set)

    def shut_gate(self) -> None:
        self.loop.call_soon_threadsafe(self.vendor.gate.clear)


@contextmanager
def vendor_in_thread(cases: Mapping[str, Case] = CASES) -> Iterator[tuple[Vendor, asyncio.AbstractEventLoop]]:
    ready: Future[tuple[Vendor, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        async with Vendor(cases) as vendor:
            stop = asyncio.Event()
            ready.set_result((vendor, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    vendor, loop, stop = ready.result(10)
    try:
        yield vendor, loop
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@contextmanager
def wire(folder: Path, config: str, cases: Mapping[str, Case] = CASES) -> Iterator[Wire]:
    """`config` is the file; VENDOR in it is where the vendor is."""
    with vendor_in_thread(cases) as (vendor, loop):
        file = folder / "integrations.yaml"
        file.write_text(config.replace("VENDOR", vendor.url()))
        with running(file, {}, "--allow-private") as gateway:
            yield Wire(gateway, vendor, loop)
