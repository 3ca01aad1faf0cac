"""The document on the command line is the one that is served."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.running import ROOT, running

CONFIG = """\
version: 1
server: {public_url: https://gateway.example, cors: {origins: [https://app.example]}}
defaults: {quota: {requests: 10, per: 1m}}
integrations:
  crm:
    base_url: https://crm.example
    native: {mount: /native/crm, allow: [GET /**]}
    endpoints:
      list:
        route: GET /contacts
        cache: {ttl: 5m}
        errors: [{when: {status: 404}, slug: gone, status: 404, title: Gone}]
"""


def test_no_server_is_needed_for_what_a_server_would_say(tmp_path: Path) -> None:
    config = tmp_path / "integrations.yaml"
    config.write_text(CONFIG)
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}"}
    told = subprocess.run(
        [sys.executable, "-m", "gateway", "schema", "openapi"],
        cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    with running(config) as gateway:
        assert json.loads(told.stdout) == httpx.get(f"{gateway.url}/openapi.json", trust_env=False).json()
    assert told.stderr == ""
