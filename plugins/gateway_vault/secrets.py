"""`${vault:path#field}`: secrets of Vault or OpenBao, read while a config is loaded, renewed while it is served."""

import contextlib
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.contract import SecretSource
from gateway_vault.asking import Denied, Server
from gateway_vault.login import log_in, server_of

FORM = "the form is `${vault:path#field}`"
SOONEST = 5.0
"""Seconds between two renewals, however short a lease is."""
_PART = 3
"""What is renewed lives on for its whole time; with less than a third of it, it is near the end of all renewing."""


class Lease(msgspec.Struct):
    """Something that ends: `seconds` is how long it lived when it was new."""

    path: str
    body: Mapping[str, Any]
    seconds: float

    def renewed(self, answer: Mapping[str, Any]) -> float:
        """Seconds that it has now."""
        told = answer.get("auth") or answer
        return float(told.get("lease_duration") or 0.0)


class Reader:
    """One login, and each path read once: two fields of one secret are of one version of it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._server: Server | None = None
        self._failed = ""
        self._own = False
        self._read: dict[str, Mapping[str, Any] | LookupError] = {}
        self._mounts: dict[str, bool] = {}
        self._leases: list[Lease] = []

    def read(self, reference: str) -> str:
        """Raises LookupError."""
        path, separator, field = reference.partition("#")
        path = path.strip("/")
        if not separator or not path or not field:
            raise LookupError(f"it names no field: {FORM}")
        found = self._secret(path)
        if field not in found:
            raise LookupError(f"`{path}` has no field `{field}`, only {', '.join(f'`{name}`' for name in found)}")
        value = found[field]
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()

    def renew(self) -> float:
        """Half of what the shortest lease has left. A login without leases ends here: what it read has no end."""
        server = self._server
        if server is None:
            return math.inf
        server.forgive()
        if self._own and not self._leases:
            self.close()
            return math.inf
        lasting = [self._renewed(server, lease) for lease in (*self._tokens(server), *self._leases)]
        return max(SOONEST, min(lasting) / 2) if lasting else math.inf

    def close(self) -> None:
        """Ends the login, if it is its own, and with it every lease of what was read by it."""
        if self._own and self._server is not None:
            with contextlib.suppress(LookupError):  # it ends by itself
                self._server.ask("POST", "auth/token/revoke-self", {})
        self._server, self._own, self._leases = None, False, []

    def _secret(self, path: str) -> Mapping[str, Any]:
        if path not in self._read:
            try:
                self._read[path] = self._asked(path)
            except LookupError as missing:
                self._read[path] = missing
        found = self._read[path]
        if isinstance(found, LookupError):
            raise found
        return found

    def _asked(self, path: str) -> Mapping[str, Any]:
        server = self._logged_in()
        mount, versioned = self._mount(server, path)
        within = path[len(mount) :]
        asked = f"{mount}data/{within}" if versioned and not within.startswith("data/") else path
        answer = server.ask("GET", asked)
        data = answer.get("data")
        data = data.get("data") if versioned and isinstance(data, dict) else data
        if not isinstance(data, dict):
            raise Denied(f"there is nothing at `{path}`")
        if answer.get("renewable") and answer.get("lease_id"):
            body = {"lease_id": answer["lease_id"]}
            self._leases.append(Lease("sys/leases/renew", body, float(answer["lease_duration"])))
        return data

    def _mount(self, server: Server, path: str) -> tuple[str, bool]:
        """The mount that the path is in, with a slash, and whether its secrets have versions."""
        known = next((mount for mount in self._mounts if path.startswith(mount)), None)
        if known is None:
            told = server.ask("GET", f"sys/internal/ui/mounts/{path}").get("data") or {}
            known = str(told.get("path") or "")
            options = told.get("options") or {}
            self._mounts[known] = told.get("type") == "kv" and options.get("version") == "2"
        return known, self._mounts[known]

    def _logged_in(self) -> Server:
        """Raises LookupError, the same one each time once there was one."""
        if self._failed:
            raise LookupError(self._failed)
        if self._server is None:
            try:
                server = server_of(self._environ)
                self._own = log_in(server, self._environ)
            except LookupError as missing:
                self._failed = missing.args[0]
                raise
            self._server = server
        return self._server

    def _tokens(self, server: Server) -> list[Lease]:
        """The token that it asks with, if that ends and can be renewed."""
        told = server.ask("GET", "auth/token/lookup-self").get("data") or {}
        if not told.get("renewable") or not told.get("ttl"):
            return []
        return [Lease("auth/token/renew-self", {}, float(told.get("creation_ttl") or told["ttl"]))]

    def _renewed(self, server: Server, lease: Lease) -> float:
        left = lease.renewed(server.ask("PUT", lease.path, lease.body))
        if left < lease.seconds / _PART:
            raise Denied(f"`{lease.path}` gives no more than {left:g} seconds")
        return left


SECRETS = (SecretSource(scheme="vault", open=Reader),)
