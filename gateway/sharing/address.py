"""The address of a redis: `redis://`, `rediss://` (encrypted) or `unix://`."""

import re
import ssl
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

EXPECTED = "expected `memory`, `redis://host:6379/0`, `rediss://host:6379/0` or `unix:///run/redis.sock`"
_SCHEMES = {"redis": 6379, "rediss": 6379, "unix": 0}


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a redis is, and who we are there. `path` is that of a unix socket, `ca` a file of certificates."""

    host: str = ""
    port: int = 0
    path: str = ""
    database: int = 0
    user: str = ""
    password: str = ""
    tls: bool = False
    ca: str | None = None
    verified: bool = True

    @property
    def name(self) -> str:
        """For people: without user and password."""
        if self.path:
            return f"unix://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"redis{'s' if self.tls else ''}://{host}:{self.port}/{self.database}"

    def __repr__(self) -> str:
        return self.name

    def context(self) -> ssl.SSLContext | None:
        """Raises OSError where the file of certificates cannot be read."""
        if not self.tls:
            return None
        context = ssl.create_default_context(cafile=self.ca)
        if not self.verified:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def read_address(text: str) -> Address:
    """Raises ValueError, which says what would be right and nothing of what was written: it may hold a password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(EXPECTED) from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    known = {"db", "ssl_ca_certs", "ssl_cert_reqs"} if parts.scheme == "rediss" else {"db"}
    if parts.scheme not in _SCHEMES or bool(parts.hostname) == (parts.scheme == "unix"):
        raise ValueError(EXPECTED)
    if parts.scheme == "unix" and not parts.path:
        raise ValueError(EXPECTED)
    if parts.fragment or options.keys() - known:
        raise ValueError(
            f"after `?`, a {parts.scheme} address has only {', '.join(f'`{one}`' for one in sorted(known))}"
        )
    if options.get("ssl_cert_reqs", "required") not in {"required", "none"}:
        raise ValueError("`ssl_cert_reqs` is `required` or `none`")
    return Address(
        host=parts.hostname or "",
        port=_SCHEMES[parts.scheme] if port is None else port,
        path=unquote(parts.path) if parts.scheme == "unix" else "",
        database=_database(parts, options),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "rediss",
        ca=options.get("ssl_ca_certs"),
        verified=options.get("ssl_cert_reqs") != "none",
    )


def _database(parts: SplitResult, options: dict[str, str]) -> int:
    number = options.get("db") or ("" if parts.scheme == "unix" else parts.path.strip("/")) or "0"
    if not re.fullmatch("[0-9]{1,5}", number):
        raise ValueError("the database of a redis is a number, such as the `0` of `redis://host:6379/0`")
    return int(number)
