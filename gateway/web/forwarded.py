"""Whose request it is when proxies stand before the gateway: X-Forwarded-For is believed only from those listed."""

import ipaddress
import re
from collections.abc import Iterable, Iterator

from gateway.contract import Headers

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HOP = re.compile(r"\[(?P<bracketed>[^]]+)\](?::\d{1,5})?|(?P<v4>[0-9.]+)(?::\d{1,5})?|(?P<v6>[0-9A-Fa-f:.]+)(?:%.*)?")
"""As proxies write it: `2001:db8::7`, `[2001:db8::7]:443`, `192.0.2.7:443`, `fe80::1%eth0`."""
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_MAPPED_PREFIX = "::ffff:"


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks, as `server.trusted_proxies` lists them. Raises ValueError for what is neither."""
    return tuple(_unmapped(ipaddress.ip_network(text, strict=False)) for text in texts)


def client_address(peer: str, headers: Headers, trusted: tuple[Network, ...]) -> str:
    """The address nearest to us that is no trusted proxy; `peer` itself where nobody is trusted or the field lies.

    An IPv4 address that came through a socket of IPv6 is itself, and an address has neither port nor scope: else one
    client would look like many.
    """
    if not trusted:
        return _plain(peer) if peer.startswith(_MAPPED_PREFIX) or "%" in peer else peer
    nearest = _read(peer)
    if nearest is None or not _within(nearest, trusted):
        return peer if nearest is None else str(nearest)
    for hop in _hops(headers):
        address = _read(hop)
        if address is None:
            break
        nearest = address
        if not _within(nearest, trusted):
            break
    return str(nearest)


def _hops(headers: Headers) -> Iterator[str]:
    """The nearest first; an empty member of a list says nothing (RFC 9110, 5.6.1)."""
    for value in reversed([value for name, value in headers if name == b"x-forwarded-for"]):
        for hop in reversed(value.decode("latin-1").split(",")):
            if stripped := hop.strip():
                yield stripped


def _plain(text: str) -> str:
    address = _read(text)
    return text if address is None else str(address)


def _read(text: str) -> Address | None:
    """None for what is no address."""
    found = _HOP.fullmatch(text)
    if found is None:
        return None
    bare = (found["bracketed"] or found["v4"] or found["v6"]).partition("%")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return address if isinstance(address, ipaddress.IPv4Address) else address.ipv4_mapped or address


def _unmapped(network: Network) -> Network:
    if isinstance(network, ipaddress.IPv4Network) or not network.subnet_of(_MAPPED):
        return network
    first = network.network_address.ipv4_mapped
    return ipaddress.IPv4Network(f"{first}/{network.prefixlen - 96}")


def _within(address: Address, trusted: tuple[Network, ...]) -> bool:
    return any(address in network for network in trusted)
