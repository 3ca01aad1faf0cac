"""What an operator orders of one worker is obeyed by all of them."""

from pathlib import Path

import httpx

from tests.life.callers import status
from tests.life.world import CONFIG, QUICK, living
from tests.running import Running, eventually

MANY = 16
"""Connections after which both of two workers have been asked, all but surely."""


def statuses(gateway: Running) -> set[int | None]:
    return {status(gateway, QUICK) for _ in range(MANY)}


def ordered(gateway: Running, state: str) -> None:
    reply = httpx.post(f"{gateway.admin}/admin/breakers/crm", json={"state": state}, trust_env=False, timeout=30)
    assert reply.status_code == 200, reply.text


def test_a_circuit_that_is_forced_open_is_open_in_every_worker_until_it_is_left_to_itself(tmp_path: Path) -> None:
    config = CONFIG.replace("defaults:", "defaults:\n  breaker: {failures: 5}")
    with living(tmp_path, "--workers", "2", config=config) as wire:
        assert statuses(wire.gateway) == {200}
        ordered(wire.gateway, "open")
        eventually(lambda: statuses(wire.gateway) == {503})
        ordered(wire.gateway, "auto")
        eventually(lambda: statuses(wire.gateway) == {200})
