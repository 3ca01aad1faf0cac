"""A real browser that a test leads by the hand, through the pipe that Chromium has for its own tools."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)
PATIENCE = 30.0
_END = b"\0"


class Chromium:
    """One page of it. `console` is what the browser has complained of."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out = into, out
        self._rest = b""
        self._number = 0
        self._session = ""
        self.console: list[str] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._ask("Log.enable")

    def open(self, url: str) -> None:
        self._ask("Page.navigate", url=url)
        self._settled("about:blank")

    def press(self, **filled: str) -> None:
        """Fills in the first form and presses its button, as a person does."""
        before = self.url
        fields = "".join(
            f"document.querySelector('[name={name}]').value = {json.dumps(value)};" for name, value in filled.items()
        )
        self._run(f"{fields} document.querySelector('form button, form [type=submit]').click()")
        self._settled(before)

    @property
    def url(self) -> str:
        return str(self._run("location.href"))

    @property
    def heading(self) -> str:
        return str(self._run("(document.querySelector('h1') || document.body).innerText"))

    def until(self, heading: str) -> None:
        """Until a page has this heading; fails with what it has instead."""
        end = time.monotonic() + PATIENCE
        while self.heading != heading:
            assert time.monotonic() < end, f"{self.url}: {self.heading!r}; {self.console}"
            time.sleep(0.05)

    def _settled(self, before: str) -> None:
        """Until another address is there and whole; one that stays is an answer too."""
        end = time.monotonic() + PATIENCE
        while self.url == before or self._run("document.readyState") != "complete":
            if time.monotonic() > end - PATIENCE + 3 and self.url == before:
                return
            assert time.monotonic() < end, self.url
            time.sleep(0.02)

    def _run(self, script: str) -> Any:
        return self._ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def _ask(self, method: str, **params: Any) -> Any:
        self._number += 1
        asked = {"id": self._number, "method": method, "params": params}
        os.write(
            self._into, json.dumps(asked | ({"sessionId": self._session} if self._session else {})).encode() + _END
        )
        while True:
            message = self._heard()
            if message.get("method") == "Log.entryAdded":
                self.console.append(message["params"]["entry"]["text"])
            if message.get("id") == self._number:
                return message.get("result") or {"result": {}}

    def _heard(self) -> Any:
        while _END not in self._rest:
            chunk = os.read(self._out, 65536)
            assert chunk, "the browser has ended"
            self._rest += chunk
        message, _, self._rest = self._rest.partition(_END)
        return json.loads(message)


@contextmanager
def chromium(folder: Path) -> Iterator[Chromium]:
    """Debian's, with a profile of its own; ended by its id."""
    theirs_in, ours_in = os.pipe()
    ours_out, theirs_out = os.pipe()

    command = ["chromium", *_FLAGS, f"--user-data-dir={folder / 'profile'}"]
    wired = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'  # it reads descriptor 3 and writes 4
    process = subprocess.Popen(
        ["bash", "-c", wired, "bash", *command],
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Chromium(ours_in, ours_out)
    finally:
        process.terminate()
        process.wait()
        os.close(ours_in)
        os.close(ours_out)
