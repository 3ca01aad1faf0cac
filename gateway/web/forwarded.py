"""Whose request it is when proxies stand before the gateway: X-Forwarded-For is believed only from those listed."""

import ipaddress
from collections.abc import Iterable

from gateway.contract import Headers

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks, as `server.trusted_proxies` lists them. Raises ValueError for what is neither."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def client_address(peer: str, headers: Headers, trusted: tuple[Network, ...]) -> str:
    """The address nearest to us that is no trusted proxy; `peer` itself where nobody is trusted or the field lies."""
    if not trusted or not _within(peer, trusted):
        return peer
    hops = [hop.strip() for name, value in headers if name == b"x-forwarded-for" for hop in _split(value)]
    nearest = peer
    for hop in reversed(hops):
        try:
            nearest = str(ipaddress.ip_address(hop))
        except ValueError:
            return nearest
        if not _within(nearest, trusted):
            return nearest
    return nearest


def _split(value: bytes) -> list[str]:
    return value.decode("latin-1").split(",")


def _within(address: str, trusted: tuple[Network, ...]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in trusted)
