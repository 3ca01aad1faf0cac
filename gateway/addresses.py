"""Whose an address is: of IPv6 the network, since whoever has one address of it has them all."""

from ipaddress import IPv6Address


def network_of(address: str) -> str:
    """IPv4 stays as it is, also where it is mapped into IPv6; what is no address stays too."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
