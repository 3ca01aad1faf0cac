"""The way to a vendor before any request: the name, the connection, the certificate, each told apart.

The engines do the same and say less of it; `check --online` has to say what is wrong.
"""

import asyncio
import ssl
from pathlib import Path

from gateway.errors import ConnectFailed, ConnectTimeout, TlsFailed
from gateway.upstream.engine import Origin, Origins
from gateway.upstream.resolve import Resolver

_UNTRUSTED = "the authority that signed it is not trusted here"
_CERTIFICATE = {
    7: _UNTRUSTED,
    9: "it is not valid yet",
    10: "it has expired",
    18: "it is self-signed",
    19: _UNTRUSTED,
    20: _UNTRUSTED,
    21: _UNTRUSTED,
    62: "it is for another name",
    64: "it is for another address",
}
"""What OpenSSL's numbers for a failed verification mean (X509_STORE_CTX_get_error(3))."""


async def reach(url: str, resolver: Resolver, *, patience: float, authority: Path | None = None) -> None:
    """Returns where a connection, and TLS where the address says https, came about; else raises a NotSent.

    `authority` is a PEM file that is trusted beside the system's store; each step has `patience` seconds.
    """
    origin, _ = Origins().split(url)
    addresses = await resolver.addresses(origin.host, patience)
    trusted = _trusted(authority) if origin.tls else None
    for left, address in reversed(list(enumerate(reversed(addresses)))):
        try:
            await _connect(origin, address, trusted, patience / len(addresses))
        except (ConnectFailed, ConnectTimeout):
            if left == 0:
                raise
        else:
            return


def host_of(url: str) -> str:
    """Host and port as people write them; raises NameNotResolved where the address is none."""
    return Origins().split(url)[0].authority


async def _connect(origin: Origin, address: str, trusted: ssl.SSLContext | None, patience: float) -> None:
    name = origin.host if trusted is not None else None
    try:
        async with asyncio.timeout(patience):
            _, writer = await asyncio.open_connection(address, origin.port, ssl=trusted, server_hostname=name)
    except TimeoutError as error:
        raise ConnectTimeout(f"nobody answered within {patience:g} seconds") from error
    except ssl.SSLCertVerificationError as error:
        raise TlsFailed(_CERTIFICATE.get(error.verify_code, error.verify_message)) from error
    except ssl.SSLError as error:
        raise TlsFailed("what answers there does not speak TLS") from error
    except ConnectionResetError as error:
        raise TlsFailed("the handshake was broken off") from error
    except ConnectionRefusedError as error:
        raise ConnectFailed("the connection was refused") from error
    except OSError as error:
        raise ConnectFailed("no way leads there") from error
    writer.transport.abort()


def _trusted(authority: Path | None) -> ssl.SSLContext:
    trusted = ssl.create_default_context()
    if authority is not None:
        trusted.load_verify_locations(authority)
    return trusted
