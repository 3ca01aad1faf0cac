"""Where a vendor's name leads, and whether the gateway may go there.

The seam resolves names itself, so that the address that was checked is the address that is used: a name cannot lead
inward by changing its answer between the two (DNS rebinding).
"""

import asyncio
import ipaddress
import re
import socket
import time
from collections.abc import Awaitable, Callable

import msgspec

from gateway.errors import AddressForbidden, NameNotResolved
from gateway.upstream.engine import Clock

Addresses = tuple[str, ...]
Lookup = Callable[[str], Awaitable[Addresses]]
"""From a name to its addresses, in order of preference; raises OSError where there are none."""

KEEP_SECONDS = 30.0
KEEP_FAILURE_SECONDS = 5.0

_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64: an IPv4 address in its last four bytes (RFC 6052)
_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")  # these two older versions of Python take for public
_DOCUMENTS = ipaddress.IPv6Network("3fff::/20")
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


class _Answer(msgspec.Struct, frozen=True):
    """What became of a name; the error as its parts, since an exception raised twice keeps growing its traceback."""

    until: float
    addresses: Addresses
    error: type[NameNotResolved | AddressForbidden] | None = None
    detail: str = ""


class Resolver:
    """Addresses by name, kept for a while; who asks for a name that is being looked up waits for the same answer.

    The same set of addresses is given as the same tuple, so that a change shows by identity.
    """

    def __init__(self, *, allow_private: bool, lookup: Lookup | None = None, clock: Clock = time.monotonic) -> None:
        self._allow_private = allow_private
        self._lookup = lookup or system_lookup
        self._clock = clock
        self._answers: dict[str, _Answer] = {}
        self._pending: dict[str, asyncio.Task[_Answer]] = {}

    async def addresses(self, host: str, patience: float = 5.0) -> Addresses:
        """Raises NameNotResolved, or AddressForbidden where any of the addresses is none of the public internet."""
        answer = self._answers.get(host)
        if answer is None or answer.until <= self._clock():
            answer = await self._ask(host, patience)
        if answer.error is not None:
            raise answer.error(answer.detail)
        return answer.addresses

    async def _ask(self, host: str, patience: float) -> _Answer:
        task = self._pending.get(host)
        if task is None:
            task = self._pending[host] = asyncio.get_running_loop().create_task(self._look_up(host))
            task.add_done_callback(lambda _: self._pending.pop(host, None))
        bound = asyncio.timeout(patience)
        try:
            async with bound:
                return await asyncio.shield(task)  # who leaves must not take the answer from the others
        except TimeoutError as error:
            raise NameNotResolved(f"the name of the vendor was not resolved within {patience:g} seconds") from error

    async def _look_up(self, host: str) -> _Answer:
        try:
            found = await self._find(host)
        except (OSError, UnicodeError):
            answer = self._failure(NameNotResolved, "the name of the vendor cannot be resolved")
        else:
            answer = self._judge(host, found)
        self._answers[host] = answer
        return answer

    async def _find(self, host: str) -> Addresses:
        try:
            return (str(ipaddress.ip_address(host)),)
        except ValueError:
            # `127.1`, `0x7f.1` and `2130706433` are addresses to getaddrinfo and names to everyone else
            return () if _NUMERIC.fullmatch(host.lower()) else await self._lookup(host)

    def _judge(self, host: str, found: Addresses) -> _Answer:
        if not found:
            return self._failure(AddressForbidden, "the address of the vendor is neither a name nor an address")
        if not self._allow_private and not all(is_public(ipaddress.ip_address(address)) for address in found):
            return self._failure(AddressForbidden, "the name of the vendor does not lead to the public internet")
        before = self._answers.get(host)
        same = before is not None and set(before.addresses) == set(found)
        return _Answer(self._clock() + KEEP_SECONDS, before.addresses if before is not None and same else found)

    def _failure(self, error: type[NameNotResolved | AddressForbidden], detail: str) -> _Answer:
        return _Answer(self._clock() + KEEP_FAILURE_SECONDS, (), error, detail)


def is_public(address: _IPAddress) -> bool:
    """Whether an address is one of the public internet, also when it is wrapped in another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _translated(address)
        if inner is not None:
            return is_public(inner)
        return address in _GLOBAL_UNICAST and not address.is_private and address not in _DOCUMENTS
    special = address.is_multicast or address.is_reserved or address in _PROTOCOLS
    return address.is_global and not special


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(address.packed[-4:]) if address in _TRANSLATED else None


async def system_lookup(host: str) -> Addresses:
    """What the system says: its hosts file, its name servers, its order of preference."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
