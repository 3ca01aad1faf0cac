"""A client that writes bytes as they are, and reads what comes back without mending anything."""

import contextlib
import re
import socket
import time
from collections.abc import Iterator

import httpx
import msgspec

from tests.truthful import Truth

_REQUEST = re.compile(rb"([A-Z]+) (/[!-~]{0,50000}) HTTP/1.1\r\n")
"""One that httpx can write down."""
GUARD = 5.0
"""Seconds of silence after which the other side is taken to hang."""


class Answer(msgspec.Struct, frozen=True):
    """One response as it was on the wire; `fields` with their names in lower case."""

    status: int
    fields: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def field(self, name: str) -> str | None:
        """The value of a field that may be there once at most."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} is there more than once: {values}"
        return values[0] if values else None

    def slug(self) -> str:
        """What a problem document says it is."""
        kind: str = msgspec.json.decode(self.body)["type"]
        return kind.rpartition("/")[2]


class Broken(Exception):
    """What came back is no HTTP."""


@contextlib.contextmanager
def connected(port: int, *, small_window: bool = False) -> Iterator[socket.socket]:
    with socket.socket() as client:
        if small_window:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(GUARD)
        client.connect(("127.0.0.1", port))
        yield client


def ask(port: int, *pieces: bytes, head: bool = False) -> Answer:
    """The first answer to what is written; `head` if its body is only announced."""
    with connected(port) as client:
        for piece in pieces:
            client.sendall(piece)
        answer = read_answer(Reading(client), head=head)
    _check(port, b"".join(pieces), answer)
    return answer


def _check(port: int, request: bytes, answer: Answer) -> None:
    """What a generated endpoint has answered has to be in the gateway's document."""
    line = _REQUEST.match(request)
    if line is None:
        return
    told = httpx.Response(answer.status, headers=answer.fields, content=answer.body)
    url = f"http://127.0.0.1:{port}"
    asked = httpx.Request(line[1].decode(), url + line[2].decode("latin-1"))
    Truth(url).check(asked, told, streamed=False)


def conversation(port: int, written: bytes, least: int = 0) -> tuple[list[Answer], bool]:
    """All answers until the server closes or has nothing more to say; and whether it closed.

    For as many as `least` it is waited longer than a busy machine can pause.
    """
    answers: list[Answer] = []
    with connected(port) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(written)
        reading = Reading(client)
        while True:
            client.settimeout(0.3 if len(answers) >= least else 3)
            try:
                answers.append(read_answer(reading))
            except TimeoutError:
                return answers, False
            except ConnectionError:
                return answers, True


def get(path: str, *lines: str, host: str = "localhost", method: str = "GET") -> bytes:
    """A decent request without a body, with further header lines."""
    head = "".join(f"{line}\r\n" for line in (f"{method} {path} HTTP/1.1", f"Host: {host}", *lines))
    return (head + "\r\n").encode("latin-1")


def post(path: str, body: bytes = b"{}", *lines: str, host: str = "localhost", method: str = "POST") -> bytes:
    """A decent request with a JSON body."""
    json = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    return get(path, *lines, *json, host=host, method=method) + body


class Reading:
    """What came in and was not taken yet."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._kept = b""

    def until(self, mark: bytes) -> bytes:
        while mark not in self._kept:
            self._more()
        taken, _, self._kept = self._kept.partition(mark)
        return taken

    def exactly(self, size: int) -> bytes:
        while len(self._kept) < size:
            self._more()
        taken, self._kept = self._kept[:size], self._kept[size:]
        return taken

    def rest(self) -> bytes:
        with contextlib.suppress(ConnectionError):
            while True:
                self._more()
        taken, self._kept = self._kept, b""
        return taken

    def _more(self) -> None:
        piece = self._client.recv(65536)
        if not piece:
            raise ConnectionResetError("the server has closed the connection")
        self._kept += piece


def read_answer(reading: Reading, *, head: bool = False) -> Answer:
    status, fields = read_head(reading)
    while status < 200:
        status, fields = read_head(reading)
    answer = Answer(status, fields, b"")
    if head or status in {204, 304}:
        return answer
    if answer.field("transfer-encoding") == "chunked":
        return Answer(status, fields, b"".join(chunks(reading)))
    length = answer.field("content-length")
    return Answer(status, fields, reading.rest() if length is None else reading.exactly(int(length)))


def read_head(reading: Reading) -> tuple[int, list[tuple[str, str]]]:
    line, *rest = reading.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
    if not line.startswith(("HTTP/1.1 ", "HTTP/1.0 ")):
        raise Broken(line)
    pairs = (field.partition(":") for field in rest)
    return int(line.split(" ")[1]), [(name.lower(), value.strip()) for name, _, value in pairs]


def chunks(reading: Reading) -> Iterator[bytes]:
    while size := int(reading.until(b"\r\n"), 16):
        yield reading.exactly(size)
        reading.until(b"\r\n")
    reading.until(b"\r\n")


def seconds_until(happens: "object", guard: float = GUARD) -> float:
    """How long it takes until `happens()` is true."""
    assert callable(happens)
    started = time.monotonic()
    while not happens():
        assert time.monotonic() - started < guard, "it did not happen in time"
        time.sleep(0.005)
    return time.monotonic() - started
