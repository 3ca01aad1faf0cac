"""Told to stop, it says so first, finishes what it has begun, takes nothing new, and ends when it said it would."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.life.callers import calling, status
from tests.life.world import CONFIG, GATED, QUICK, SLOW, children, living
from tests.running import ROOT, eventually, free_port
from tests.wire.sockets import Reading, connected, get, read_answer


def test_it_says_that_it_goes_and_serves_on_and_only_then_refuses(tmp_path: Path) -> None:
    with living(tmp_path, "--grace", "1") as wire, connected(wire.port) as held:
        held.sendall(get(GATED))
        wire_saw(wire, 1)
        wire.gateway.process.terminate()
        eventually(lambda: status(wire.gateway, "/readyz") == 503)
        with connected(wire.port) as client:
            client.sendall(get(QUICK))
            answer = read_answer(Reading(client))
        assert (answer.status, answer.field("connection")) == (200, "close")
        eventually(lambda: status(wire.gateway, QUICK) == 503)
        assert status(wire.gateway, "/livez") == 200
        wire.open_gate()
        assert read_answer(Reading(held)).status == 200
        assert wire.gateway.process.wait(20) == 0


def wire_saw(wire: object, count: int) -> None:
    eventually(lambda: len(wire.vendor.seen) >= count)  # type: ignore[attr-defined]


def test_what_does_not_end_in_time_is_cut_off(tmp_path: Path) -> None:
    with living(tmp_path, "--drain", "1", "--workers", "2") as wire, connected(wire.port) as held:
        held.sendall(get(GATED))
        wire_saw(wire, 1)
        started = time.monotonic()
        wire.gateway.process.terminate()
        assert wire.gateway.process.wait(20) == 0
        assert 1 <= time.monotonic() - started < 15


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_second_signal_ends_it_at_once_but_the_same_one_twice_does_not(tmp_path: Path, workers: str) -> None:
    with living(tmp_path, "--workers", workers) as wire, connected(wire.port) as held:
        held.sendall(get(GATED))
        wire_saw(wire, 1)
        wire.gateway.process.terminate()
        wire.gateway.process.terminate()
        time.sleep(0.8)
        assert wire.gateway.process.poll() is None
        wire.gateway.process.terminate()
        assert wire.gateway.process.wait(5) != 0


def test_a_whole_group_that_is_told_at_once_ends_in_order(tmp_path: Path) -> None:
    with living(tmp_path, "--workers", "2") as wire, connected(wire.port) as held:
        held.sendall(get(GATED))
        wire_saw(wire, 1)
        for number in (signal.SIGINT, signal.SIGTERM):
            os.killpg(wire.gateway.process.pid, number)
        time.sleep(0.3)
        wire.open_gate()
        assert read_answer(Reading(held)).status == 200
        assert wire.gateway.process.wait(20) == 0


def test_workers_whose_supervisor_is_gone_finish_and_end(tmp_path: Path) -> None:
    with living(tmp_path, "--workers", "2") as wire, connected(wire.port) as held:
        held.sendall(get(GATED))
        wire_saw(wire, 1)
        workers = children(wire.gateway.process.pid)
        wire.gateway.process.kill()
        time.sleep(0.3)
        wire.open_gate()
        assert read_answer(Reading(held)).status == 200
        eventually(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
        assert status(wire.gateway, "/livez") is None


def test_one_that_is_only_just_starting_ends_in_order(tmp_path: Path) -> None:
    assert started_and_stopped(tmp_path, [0.3, 0.8]) == {0}


def started_and_stopped(folder: Path, delays: list[float]) -> set[int]:
    """The exit codes of gateways that are told to stop so many seconds after their supervisor has begun."""
    config = folder / "integrations.yaml"
    config.write_text(CONFIG.replace("VENDOR", "http://127.0.0.1:9"))
    codes: list[int] = []

    def once(delay: float) -> None:
        command = [sys.executable, "-m", "gateway", "serve", "-c", str(config), "--allow-private", "--workers", "2"]
        command += ["--port", str(free_port()), "--admin-bind", f"127.0.0.1:{free_port()}", "--grace", "0"]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
        eventually(lambda: len(children(process.pid)) == 2, 30)
        time.sleep(delay)
        process.terminate()
        process.communicate(timeout=60)
        codes.append(process.returncode)

    threads = [threading.Thread(target=once, args=(delay,)) for delay in delays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(codes) == len(delays)
    return set(codes)


def test_under_load_nothing_in_flight_is_lost(tmp_path: Path) -> None:
    stopped_under_load(tmp_path, "2")


def stopped_under_load(folder: Path, workers: str) -> None:
    with (
        living(folder, "--workers", workers, "--grace", "0.7") as wire,
        calling(wire.gateway, QUICK, SLOW, each=4, leave_when_told=True) as callers,
    ):
        eventually(lambda: callers.answered.total() > 100)
        wire.gateway.process.terminate()
        assert wire.gateway.process.wait(40) == 0
    assert callers.lost == []
    assert set(callers.answered) == {200}
