"""A reload reaches every worker in place, and whoever is asked tells how it went for all of them."""

import os
import signal
from pathlib import Path
from typing import Any

import httpx

from tests.life.callers import calling, status
from tests.life.world import CONFIG, QUICK, SLOW, children, living, whole
from tests.running import Running, eventually
from tests.wire.vendors import Wire

BAD = "version: 2\n"


def reloaded(gateway: Running) -> tuple[int, Any]:
    reply = httpx.post(f"{gateway.admin}/admin/reload", trust_env=False, timeout=30)
    return reply.status_code, reply.json()


def metric(gateway: Running, name: str) -> list[str]:
    text = httpx.get(f"{gateway.admin}/metrics", trust_env=False).text
    return [line.removeprefix(name) for line in text.splitlines() if line.startswith(name)]


def health(gateway: Running) -> Any:
    return httpx.get(f"{gateway.admin}/admin/config", trust_env=False).json()


def version(wire: Wire, number: int) -> str:
    return CONFIG.replace("VENDOR", wire.vendor.url()).replace("route: GET /quick", f"route: GET /quick-{number}")


def test_the_admin_reloads_all_workers_and_tells_of_all(tmp_path: Path) -> None:
    file = tmp_path / "integrations.yaml"
    with living(tmp_path, "--workers", "3") as wire:
        file.write_text(version(wire, 1))
        assert reloaded(wire.gateway) == (200, {"reloaded": True, "problems": []})
        assert {status(wire.gateway, f"{QUICK}-1") for _ in range(24)} == {200}
        assert {status(wire.gateway, QUICK) for _ in range(24)} == {404}
        assert len(metric(wire.gateway, "gateway_config_info")) == 1

        file.write_text(BAD)
        code, told = reloaded(wire.gateway)
        assert (code, told["reloaded"], len(told["problems"])) == (409, False, 1)
        assert metric(wire.gateway, "gateway_config_last_reload_successful") == [" 0.0"]
        assert {status(wire.gateway, f"{QUICK}-1") for _ in range(12)} == {200}

        file.write_text(version(wire, 2))
        frozen = sorted(children(wire.gateway.process.pid))[-1]
        os.kill(frozen, signal.SIGSTOP)
        try:
            assert health(wire.gateway)["astray"] == ["worker 2 does not answer"]
        finally:
            os.kill(frozen, signal.SIGCONT)
        assert reloaded(wire.gateway)[0] == 200
        assert health(wire.gateway)["astray"] == []


def test_a_worker_that_is_started_again_serves_what_the_others_serve(tmp_path: Path) -> None:
    file = tmp_path / "integrations.yaml"
    with living(tmp_path, "--workers", "2") as wire:
        file.write_text(version(wire, 1))
        assert reloaded(wire.gateway)[0] == 200
        for spoiled in (BAD, version(wire, 2)):
            file.write_text(spoiled)
            before = children(wire.gateway.process.pid)
            os.kill(before[-1], signal.SIGKILL)
            eventually(lambda old=before: len(set(children(wire.gateway.process.pid)) - set(old)) == 1)
            eventually(lambda: whole(wire.gateway), 20)
            assert {status(wire.gateway, f"{QUICK}-1") for _ in range(12)} == {200}
        assert reloaded(wire.gateway)[0] == 200
        assert {status(wire.gateway, f"{QUICK}-2") for _ in range(12)} == {200}


def test_reloads_under_load_half_of_them_bad_fail_nothing(tmp_path: Path) -> None:
    reloads_under_load(tmp_path, 6)


def reloads_under_load(folder: Path, count: int) -> None:
    file = folder / "integrations.yaml"
    with living(folder, "--workers", "2") as wire:
        good = file.read_text()
        with calling(wire.gateway, QUICK, SLOW, each=2) as callers:
            for number in range(count):
                bad = number % 2 == 0
                file.write_text(BAD if bad else f"{good}# {number}\n")
                assert reloaded(wire.gateway)[0] == (409 if bad else 200)
                so_far = callers.answered.total()
                eventually(lambda so_far=so_far: callers.answered.total() > so_far + 20)
        assert (callers.lost, callers.unreachable, set(callers.answered)) == ([], 0, {200})
