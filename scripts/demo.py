"""`make demo`: the gateway in front of simulated vendors, all over real sockets, and curl lines that work.

The shipped integrations.yaml is served as it is; only the base URLs point to the simulators.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

GATEWAY = f"http://127.0.0.1:{os.environ.get('GATEWAY_PORT', '8000')}"

LINES = f"""
Four vendors answer through {GATEWAY} (docs: {GATEWAY}/docs). Try:

  curl {GATEWAY}/api/v1/vapi/assistants
  curl {GATEWAY}/api/v1/twilio/messages
  curl -X POST {GATEWAY}/api/v1/twilio/messages -H 'Content-Type: application/json' \\
       -d '{{"to": "+15005550006", "from": "+15005550006", "body": "Hello"}}'
  curl -X POST {GATEWAY}/api/v1/twilio/messages -H 'Content-Type: application/json' \\
       -d '{{"to": "+15005550001", "from": "+15005550006", "body": "Hello"}}'     # not a number: 422
  curl {GATEWAY}/api/v1/google-calendar/events
  curl {GATEWAY}/api/v1/microsoft/me
  curl {GATEWAY}/health

Ctrl-C ends it.
"""


def main() -> int:
    simulators = subprocess.Popen(
        [sys.executable, "-m", "tests.simulators"], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        gateway = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", "--allow-private"],
            env={**os.environ, "INTEGRATIONS_STUB_MODE": "false", **_addresses(simulators)},
            start_new_session=True,
        )
        try:
            return _show(gateway)
        finally:
            gateway.terminate()
            gateway.wait(60)
    finally:
        simulators.terminate()
        simulators.wait(10)


def _addresses(simulators: "subprocess.Popen[str]") -> dict[str, str]:
    """The variables that the simulators print once they listen."""
    assert simulators.stdout is not None
    lines = [simulators.stdout.readline() for _ in range(12)]
    return dict(line.strip().split("=", 1) for line in lines)


def _show(gateway: "subprocess.Popen[bytes]") -> int:
    until = time.monotonic() + 30
    while not _ready():
        if gateway.poll() is not None or time.monotonic() > until:
            return 1
        time.sleep(0.1)
    print(LINES, flush=True)
    signal.signal(signal.SIGTERM, lambda *_: gateway.terminate())
    try:
        return gateway.wait()
    except KeyboardInterrupt:
        return 0


def _ready() -> bool:
    try:
        with urllib.request.urlopen(f"{GATEWAY}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main())
