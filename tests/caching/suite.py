"""The public tests of HTTP caches, run against a real gateway: their client asks it, and it asks their origin."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from tests.caching.installing import INSTALLED, NODE, install
from tests.running import running

CONFIG = """\
version: 1
integrations:
  suite:
    base_url: http://127.0.0.1:{port}
    allow_private: true
    retry: null
    breaker: null
    cache: {{ttl: 1ms, respect_upstream: true}}
    endpoints:
      get_test: {{route: "GET /test/{{id}}"}}
      get_file: {{route: "GET /test/{{id}}/{{file}}"}}
      post_test: {{route: "POST /test/{{id}}"}}
      put_test: {{route: "PUT /test/{{id}}"}}
      delete_test: {{route: "DELETE /test/{{id}}"}}
"""
"""With a `ttl` that is over at once: the tests ask for nothing to be kept of which the vendor says nothing."""

Outcome = Literal["passed", "failed", "inapplicable"]


class Tried(msgspec.Struct, frozen=True):
    """One test: whether it is `required`, `optimal` or a `check` of habits, what it builds on, and what was wrong."""

    id: str
    kind: Literal["required", "optimal", "check"]
    needs: tuple[str, ...]
    result: str


def tried(folder: Path, *ids: str) -> Mapping[str, Tried]:
    """Runs those, or all; by id. `folder` is for the config, and for the plugin that lets every field cross."""
    install()
    _offer_plugin(folder)
    command: list[str | Path] = [NODE, "--no-warnings", Path(__file__).with_name("run.mjs"), INSTALLED, *ids]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as node:
        assert node.stdin is not None
        assert node.stdout is not None
        try:
            config = folder / "integrations.yaml"
            config.write_text(CONFIG.format(port=int(node.stdout.readline())))
            with running(config, {"PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}) as gateway:
                said, _ = node.communicate(f"{gateway.url}/api/v1/suite\n", timeout=180)
        finally:
            node.kill()
    return {one.id: one for one in msgspec.json.decode(said, type=list[Tried])}


def outcome(tests: Mapping[str, Tried], one: Tried) -> Outcome:
    """A test that could not be set up, or whose premise does not hold, says nothing of the cache."""
    if any(outcome(tests, tests[need]) != "passed" for need in one.needs) or one.result.startswith("Setup"):
        return "inapplicable"
    return "failed" if one.result else "passed"


def _offer_plugin(folder: Path) -> None:
    """As an installed package would."""
    package = folder / "verbatim-0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: verbatim\nVersion: 0\n")
    (package / "entry_points.txt").write_text("[gateway.policies]\nverbatim = tests.caching.verbatim:POLICIES\n")
