"""A worker that is killed is replaced, and only what it had in its hands is lost."""

import os
import random
import signal
from pathlib import Path

from tests.life.callers import calling
from tests.life.world import QUICK, SLOW, children, living
from tests.running import eventually


def test_only_what_was_in_flight_on_a_killed_worker_is_lost(tmp_path: Path) -> None:
    killed_under_load(tmp_path, 3)


def killed_under_load(folder: Path, count: int) -> None:
    chance = random.Random(7)
    with living(folder, "--workers", "2") as wire, calling(wire.gateway, QUICK, SLOW, each=4) as callers:
        for _ in range(count):
            before = children(wire.gateway.process.pid)
            os.kill(chance.choice(before), signal.SIGKILL)
            eventually(lambda old=before: len(set(children(wire.gateway.process.pid)) - set(old)) == 1, 20)
            so_far = callers.answered.total()
            eventually(lambda so_far=so_far: callers.answered.total() > so_far + 50, 20)
        assert set(callers.answered) == {200}
        assert len(callers.lost) <= 8 * count
        wire.gateway.process.terminate()
        assert wire.gateway.process.wait(40) == 0
