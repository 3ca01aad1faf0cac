"""Asked for more than it can do, it refuses what is too much, serves what it takes, and is itself again at once."""

import threading
import time
from pathlib import Path

import msgspec
import uvloop

from benchmarks.open_loop import Told, offer
from tests.life.callers import status
from tests.running import Running, running

CONFIG = """
version: 1
integrations:
  heavy:
    base_url: https://heavy.example
    stub: true
    endpoints:
      rows:
        route: GET /rows
        strict: true
        response: {type: array, items: {type: object, properties: {id: {type: integer}, name: {type: string}}}}
        reply: {select: "[?id > `1990`]"}
        examples: {reply: ROWS}
"""
ROWS = msgspec.json.encode([{"id": number, "name": f"name {number}"} for number in range(2000)]).decode()
PATH = "/api/v1/heavy/rows"
OVERLOAD = 1_500
"""Requests a second: each costs some milliseconds, so this is several times what one core can do."""


def test_too_much_is_refused_with_a_time_to_come_again_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "integrations.yaml"
    file.write_text(CONFIG.replace("ROWS", ROWS))
    with running(file) as gateway:
        watched: list[int | None] = []
        watching = threading.Thread(target=lambda: watched.extend(_health(gateway)))
        watching.start()
        told = offered(gateway, OVERLOAD, 3.0)
        watching.join()
        time.sleep(2)
        afterwards = offered(gateway, 20, 1.0)

    assert (told.reset, told.unanswered, told.without_retry_after, dict(told.others)) == (0, 0, 0, {})
    assert len(told.served) > 100
    assert len(told.refused) > 500
    assert set(watched) == {200}
    assert (len(afterwards.served), afterwards.asked) == (afterwards.asked, len(afterwards.served))


def offered(gateway: Running, rate: float, seconds: float) -> Told:
    return uvloop.run(offer(gateway.url + PATH, rate, seconds, connections=4_000, patience=30))


def _health(gateway: Running) -> list[int | None]:
    found = []
    for _ in range(10):
        found.append(status(gateway, "/readyz"))
        time.sleep(0.2)
    return found
