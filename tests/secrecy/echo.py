"""A vendor that says back what it was sent: in its error documents and its header fields, as careless ones do."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Careless(BaseHTTPRequestHandler):
    """The first number of the path is the status; `cut` ends the connection in the middle of the answer."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        told = json.dumps({"message": f"no: {dict(self.headers)} {self.path} {sent}"}).encode()
        status = next((int(part) for part in self.path.split("?")[0].split("/") if part.isdecimal()), 200)
        body = b'{"ok": true}' if status < 300 else told
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Echo", str(self.headers.get("authorization")))
        self.send_header("Set-Cookie", f"echo={self.headers.get('x-key')}")
        self.send_header("Content-Length", str(len(body) + (100 if "cut" in self.path else 0)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = "cut" in self.path

    do_GET = do_POST = answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def careless_vendor() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
