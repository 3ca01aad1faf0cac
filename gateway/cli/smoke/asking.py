"""Asks a gateway as a caller would: GETs only, no redirects, no proxy, and a correlation id of one's own."""

import ipaddress
import secrets
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import msgspec

PATIENCE = 30.0
"""Longer than an endpoint waits unless it is told otherwise."""
_MOST = 64 * 1024**2


class Silent(Exception):
    """Nobody answers, or not by HTTP; says why."""


class Answer(msgspec.Struct, frozen=True):
    """`headers` by their lower-case names; `correlated` where it carries the id that it was asked with."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    correlated: bool

    def json(self) -> Any:
        """None for what is no JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    @property
    def slug(self) -> str | None:
        """Of the problem that it is; None where it is none."""
        told = self.json() if self.headers.get("content-type") == "application/problem+json" else None
        kind = told.get("type") if isinstance(told, dict) else None
        return kind.rpartition("/")[2] if isinstance(kind, str) else None


class Visitor:
    """`uncorrelated` are the paths whose answer was without the correlation id that it was asked with."""

    def __init__(self, url: str, fields: Mapping[str, str] | None = None, *, insecure: bool = False) -> None:
        """Raises ValueError for what is no address."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"expected an address such as `https://integrations.example`, got `{url}`")
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self.uncorrelated: list[str] = []
        self.answers = 0
        self._host, self._port, self._base = parts.hostname, parts.port, parts.path.rstrip("/")
        self._fields = dict(fields or {})
        self._trust = _trust(insecure=insecure) if parts.scheme == "https" else None

    @property
    def on_loopback(self) -> bool:
        """Whether nobody else can ask there."""
        return of_this_machine(self._host) and self._host not in {"0.0.0.0", "::"}

    def get(self, path: str, *, stranger: bool = False) -> Answer:
        """As a `stranger`, without a key. Raises Silent."""
        asked = f"smoke-{secrets.token_hex(8)}"
        fields = {"x-correlation-id": asked, "accept": "*/*", "connection": "close"}
        connection = self._connection()
        try:
            connection.request("GET", self._base + path, headers=fields if stranger else {**fields, **self._fields})
            reply = connection.getresponse()
            headers = {name.lower(): value for name, value in reply.getheaders()}
            answer = Answer(reply.status, headers, reply.read(_MOST), headers.get("x-correlation-id") == asked)
        except (OSError, HTTPException, ValueError) as error:
            raise Silent(getattr(error, "strerror", None) or str(error) or type(error).__name__) from error
        finally:
            connection.close()
        self.answers += 1
        if not answer.correlated:
            self.uncorrelated.append(path)
        return answer

    def _connection(self) -> HTTPConnection:
        if self._trust is None:
            return HTTPConnection(self._host, self._port, timeout=PATIENCE)
        return HTTPSConnection(self._host, self._port, timeout=PATIENCE, context=self._trust)


def of_this_machine(host: str | None) -> bool:
    """Whether others do not get here by it: loopback, or the address that stands for all of them."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified


def _trust(*, insecure: bool) -> ssl.SSLContext:
    trust = ssl.create_default_context()
    if insecure:
        trust.check_hostname = False
        trust.verify_mode = ssl.CERT_NONE
    return trust
