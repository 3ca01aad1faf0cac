"""What `gateway serve` was asked for."""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from gateway.launch import Launch


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`admin` is host and port of the second listener; `grace` seconds in which it still serves but says that it
    is going, `drain` those that requests in flight may still take after that.
    """

    config: Path = Path("integrations.yaml")
    host: str = "127.0.0.1"
    port: int = 8000
    admin: tuple[str, int] = ("127.0.0.1", 8001)
    workers: int = 1
    watch: bool = False
    allow_private: bool = False
    grace: float = 2.0
    drain: float = 25.0

    @property
    def on_loopback(self) -> bool:
        return _on_loopback(self.host)

    @property
    def guards(self) -> bool:
        """Whether others than this machine reach the admin address, and so need a key there."""
        return not _on_loopback(self.admin[0])

    def production(self, environ: Mapping[str, str] = os.environ) -> bool:
        return not self.on_loopback or environ.get("GATEWAY_ENV") == "production"

    def launch(self, environ: Mapping[str, str] = os.environ, *, begin: Path | None = None) -> Launch:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return Launch(
            config=self.config,
            begin=begin,
            environ=environ,
            public_url=f"http://{host}:{self.port}",
            allow_private=self.allow_private,
            sheds=True,
            writes=True,
            guards=self.guards,
            production=self.production(environ),
        )


def _on_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
