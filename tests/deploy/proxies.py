"""The HAProxy and the nginx of the examples, in front of gateways of a test: the same files, with other addresses."""

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.running import ROOT, free_port

HAPROXY = ROOT / "infrastructure/haproxy/haproxy.cfg"
NGINX = ROOT / "infrastructure/nginx/gateway.conf"
READY = 15.0
_AROUND = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/gateway.conf;
}}
"""


def haproxy_file(folder: Path, port: int, gateways: Sequence[int]) -> Path:
    """The one gateway stands for both where there is only one."""
    text = HAPROXY.read_text().replace("bind :8000", f"bind 127.0.0.1:{port}")
    for name, gateway in zip(("gateway-one", "gateway-two"), (*gateways, gateways[0]), strict=False):
        text = text.replace(f"{name}:8000", f"127.0.0.1:{gateway}")
    file = folder / "haproxy.cfg"
    file.write_text(text)
    return file


def nginx_file(folder: Path, port: int, gateways: Sequence[int]) -> Path:
    text = NGINX.read_text().replace("listen 8080", f"listen 127.0.0.1:{port}")
    text = text.replace("server 127.0.0.1:8000", f"server 127.0.0.1:{gateways[0]}").replace(
        "/var/log/nginx", str(folder)
    )
    (folder / "gateway.conf").write_text(text)
    file = folder / "nginx.conf"
    file.write_text(_AROUND.format(folder=folder))
    return file


@contextmanager
def proxied(kind: str, *gateways: int) -> Iterator[str]:
    """`haproxy` or `nginx` in front of the gateways at these ports; yields its address once one is ready."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix=f"gateway-{kind}-") as made:
        folder = Path(made)
        if kind == "haproxy":
            command = ["/usr/sbin/haproxy", "-db", "-f", str(haproxy_file(folder, port, gateways))]
        else:
            command = ["/usr/sbin/nginx", "-c", str(nginx_file(folder, port, gateways))]
        with (folder / "said").open("wb") as said:
            process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
        try:
            _await(process, f"http://127.0.0.1:{port}", folder / "said")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _await(process: "subprocess.Popen[bytes]", url: str, said: Path) -> None:
    until = time.monotonic() + READY
    while time.monotonic() < until:
        assert process.poll() is None, said.read_text()
        try:
            if httpx.get(f"{url}/readyz", trust_env=False, timeout=1).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"it does not answer after {READY} seconds: {said.read_text()}")
