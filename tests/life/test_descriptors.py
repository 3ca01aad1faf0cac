"""With few file descriptors there is a queue, and nobody is turned away for the lack of one."""

import sys
import threading
from pathlib import Path

from tests.life.callers import status
from tests.life.world import CASES, CONFIG, GATED, QUICK
from tests.running import eventually, running
from tests.wire.vendors import vendor_in_thread

DESCRIPTORS = 160
CLIENTS = 100


def test_more_clients_than_descriptors_are_all_served(tmp_path: Path) -> None:
    frugal = tmp_path / "frugal"
    frugal.write_text(f'#!/bin/sh\nulimit -n {DESCRIPTORS}\nexec {sys.executable} "$@"\n')
    frugal.chmod(0o755)
    with vendor_in_thread(CASES) as (vendor, loop):
        file = tmp_path / "integrations.yaml"
        file.write_text(CONFIG.replace("VENDOR", vendor.url()))
        with running(file, {}, "--allow-private", python=frugal) as gateway:
            heard: list[int | None] = []
            clients = [threading.Thread(target=lambda: heard.append(status(gateway, GATED))) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            eventually(lambda: len(vendor.seen) >= 30)
            loop.call_soon_threadsafe(vendor.gate.set)
            for client in clients:
                client.join()
            assert heard == [200] * CLIENTS
            assert status(gateway, QUICK) == 200
