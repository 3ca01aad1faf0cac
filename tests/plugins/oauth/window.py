"""A house with a socket, for those who cannot come through its door: a real browser, a program that tries it out."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.plugins.oauth.house import PUBLIC, House


@contextmanager
def window(house: House) -> Iterator[str]:
    """Its address; the house is asked one request after the other."""
    turn = threading.Lock()

    class Passing(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one segment

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            with turn:
                answer = house.serve(
                    httpx.Request(self.command, PUBLIC + self.path, headers=self._fields, content=body)
                )
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.raw:
                self.send_header(name.decode(), value.decode("latin-1"))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.content)

        @property
        def _fields(self) -> list[tuple[bytes, bytes]]:
            return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = do_TRACE = do_QUERY = _pass  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passing) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
