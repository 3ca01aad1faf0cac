"""A disk without room under SQLite: what only reads goes on, what writes says why, and it heals by itself."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.faults.test_blackholes import KEYED, asked
from tests.running import ROOT, Running, running

POSTGRES = "postgresql://gateway@127.0.0.1:POSTGRES/postgres"


class World:
    """A gateway, and the command beside it; neither may make any file longer than there is `room`."""

    def __init__(self, config: Path, gateway: Running) -> None:
        self.config, self.gateway = config, gateway
        self.room = resource.RLIM_INFINITY

    def leave(self, room: int) -> None:
        self.room = room
        resource.prlimit(self.gateway.process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))

    def key(self, name: str) -> str:
        return CliRunner().invoke(main, ["keys", "create", name, "-c", str(self.config)]).stdout.strip()

    def made(self, name: str) -> "subprocess.CompletedProcess[str]":
        limits = (self.room, resource.RLIM_INFINITY)
        return subprocess.run(
            [sys.executable, "-m", "gateway", "keys", "create", name, "-c", str(self.config)],
            env=dict(os.environ),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits),
        )


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> Iterator[World]:
    config = tmp_path / "integrations.yaml"
    config.write_text(KEYED.replace(POSTGRES, f"sqlite:///{tmp_path}/var/gateway.db"))
    with running(config, {}, cwd=tmp_path) as gateway:
        yield World(config, gateway)


def test_callers_go_on_and_a_new_key_is_refused_with_a_reason_until_there_is_room(world: World) -> None:
    known, unseen = world.key("known"), world.key("unseen")
    assert asked(world.gateway, secret=known)[0] == 200

    world.leave(0)
    refused = world.made("late")
    assert (refused.returncode, refused.stdout) == (69, "")
    assert "error: the database cannot write: there is no room on its disk" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert {asked(world.gateway, secret=known)[0] for _ in range(5)} == {200}
    assert asked(world.gateway, secret=unseen)[0] == 200, "to read needs no room"
    assert asked(world.gateway, secret="gwk_live_nobody")[:2] == (401, "unauthenticated")

    world.leave(resource.RLIM_INFINITY)
    assert asked(world.gateway, secret=world.key("late"))[0] == 200
