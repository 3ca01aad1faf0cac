"""A page as Chromium shows it: what stands there in the end, what the console says, whom the page has asked."""

import json
import subprocess
from pathlib import Path

import msgspec

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--dump-dom",
)


class Shown(msgspec.Struct, frozen=True):
    """`asked` are the addresses that the page itself has loaded; what the browser wants of its maker is left out."""

    text: str
    console: list[str]
    asked: list[str]


def show(url: str, folder: Path) -> Shown:
    log = folder / "network.json"
    command = ["chromium", *_FLAGS, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return Shown(done.stdout, console, _asked(log, url))


def _asked(log: Path, url: str) -> list[str]:
    origin = "/".join(url.split("/")[:3])
    written = json.loads(log.read_text())
    kind = written["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    started = [event.get("params", {}) for event in written["events"] if event["type"] == kind]  # {} where one ends
    return [one["url"] for one in started if one.get("url") == url or one.get("initiator") == origin]
