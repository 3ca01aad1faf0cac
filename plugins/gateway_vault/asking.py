"""One server of secrets, Vault or OpenBao, asked over its HTTP API: in turn, within seconds, with errors to show."""

import http.client
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

PATIENCE = 3.0
"""Seconds for each answer: somebody waits for the config."""
LARGEST = 1024**2
_SAFE = "/-._~!$&'()*+,;=:@"
_REFUSED, _MISSING, _SEALED, _BAD = 403, 404, 503, 400
_OK = range(200, 300)


class Denied(LookupError):
    """It answers, and does not give it."""


class Server:
    """`token` is what it is asked with once there is one; once it has not answered, it is not asked again."""

    def __init__(self, address: str, *, namespace: str = "", authority: str = "") -> None:
        """Raises LookupError for what is no address, and for an `authority` that cannot be read."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise LookupError("VAULT_ADDR is no address, such as `https://vault.example:8200`")
        self.address = f"{parts.scheme}://{parts.hostname}:{_port(address, parts.port, parts.scheme)}"
        self._host, self._base = parts.hostname, parts.path.rstrip("/")
        self._port = _port(address, parts.port, parts.scheme)
        self._tls = _trusting(authority) if parts.scheme == "https" else None
        self._namespace = namespace
        self._silent = ""
        self.token = ""

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The answer to `path` below /v1/. Raises Denied, and LookupError where there is no answer."""
        if self._silent:
            raise LookupError(self._silent)
        try:
            status, answer = self._asked(method, path, body)
        except (OSError, http.client.HTTPException) as error:
            self._silent = f"{self.address} does not answer ({_reason(error)})"
            raise LookupError(self._silent) from error
        if status not in _OK:
            raise Denied(self._refusal(status, path))
        try:
            return msgspec.json.decode(answer or b"{}", type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Denied(f"{self.address} does not answer as Vault does") from error

    def forgive(self) -> None:
        """Time has passed: it may answer now."""
        self._silent = ""

    def _asked(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        headers = {"X-Vault-Request": "true", "Accept": "application/json"}
        headers |= {"X-Vault-Token": self.token} if self.token else {}
        headers |= {"X-Vault-Namespace": self._namespace} if self._namespace else {}
        connection = self._connection()
        try:
            content = None if body is None else msgspec.json.encode(body)
            connection.request(method, f"{self._base}/v1/{quote(path, safe=_SAFE)}", content, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(LARGEST)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE)
        return http.client.HTTPSConnection(self._host, self._port, timeout=PATIENCE, context=self._tls)

    def _refusal(self, status: int, path: str) -> str:
        if status == _MISSING:
            return f"there is nothing at `{path}`"
        if status == _REFUSED:
            return f"its token may not use `{path}`, or has ended" if self.token else f"it refuses `{path}`"
        if status == _SEALED:
            return f"{self.address} is sealed, or stands by for another"
        return f"{self.address} refuses `{path}` ({status})"


def _port(address: str, given: int | None, scheme: str) -> int:
    return given or (443 if scheme == "https" else 80)


def _trusting(authority: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority or None)
    except (OSError, ssl.SSLError) as error:
        raise LookupError(f"the certificate of VAULT_CACERT cannot be read: {authority}") from error


def _reason(error: Exception) -> str:
    """What the system says, and never what was sent."""
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:g} seconds"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "it is no HTTP server" if isinstance(error, http.client.HTTPException) else type(error).__name__
