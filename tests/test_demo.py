"""`make demo` prints curl lines, and they work."""

import os
import re
import subprocess
import sys
import threading

from tests.running import ROOT, free_port


def test_every_curl_line_of_the_demo_answers() -> None:
    port = free_port()
    environ = {**os.environ, "GATEWAY_PORT": str(port), "GATEWAY_ADMIN_BIND": f"127.0.0.1:{free_port()}"}
    demo = subprocess.Popen(
        [sys.executable, "-m", "scripts.demo"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    guard = threading.Timer(60, demo.terminate)
    guard.start()
    try:
        assert demo.stdout is not None
        printed = ""
        while "Ctrl-C" not in printed:
            line = demo.stdout.readline()
            assert line, f"the demo ended early: {printed}"
            printed += line
        answers = {line: _answer(line) for line in _curl_lines(printed)}
    finally:
        guard.cancel()
        demo.terminate()
        demo.communicate(timeout=60)

    assert len(answers) >= 7
    expected = {line: "422" if "422" in line else "20" for line in answers}
    assert {line: status for line, status in answers.items() if not status.startswith(expected[line])} == {}


def _curl_lines(printed: str) -> list[str]:
    return re.findall(r"^\s+(curl .*?[^\\])$", printed.replace("\\\n", ""), re.MULTILINE)


def _answer(line: str) -> str:
    command = line.split("#", maxsplit=1)[0] + " -s -o /dev/null -w '%{http_code}'"
    return subprocess.run(command, shell=True, capture_output=True, text=True, check=True, timeout=30).stdout
