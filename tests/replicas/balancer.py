"""HAProxy of Debian's in front of several gateways, as an operator would put it there."""

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.running import free_port

READY = 15.0
CONFIG = """\
defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    option redispatch
    retries 2
frontend callers
    bind 127.0.0.1:{port}
    default_backend gateways
backend gateways
    balance roundrobin
    option httpchk
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host localhost
    default-server inter 100ms fall 1 rise 1 observe layer4 error-limit 1 on-error mark-down
{servers}
"""


@contextmanager
def balanced(ports: Sequence[int]) -> Iterator[str]:
    """Yields the base URL; requests go to the gateways in turn, and to none that is not ready."""
    port = free_port()
    servers = "\n".join(f"    server gateway{each} 127.0.0.1:{each} check" for each in ports)
    with tempfile.TemporaryDirectory(prefix="gateway-haproxy-") as folder:
        file = Path(folder) / "haproxy.cfg"
        file.write_text(CONFIG.format(port=port, servers=servers))
        process = subprocess.Popen(
            ["/usr/sbin/haproxy", "-q", "-db", "-f", str(file)], stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            _await(process, f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def _await(process: "subprocess.Popen[bytes]", url: str) -> None:
    until = time.monotonic() + READY
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError("haproxy ended early")
        try:
            if httpx.get(f"{url}/readyz", trust_env=False, timeout=1).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError(f"haproxy does not answer after {READY} seconds")
