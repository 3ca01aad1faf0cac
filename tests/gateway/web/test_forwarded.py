"""Only listed proxies may say on whose behalf they ask."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.forwarded import client_address, networks

TRUSTED = networks(["10.0.0.0/8", "::1"])


@pytest.mark.parametrize(
    ("peer", "fields", "client"),
    [
        ("203.0.113.9", [b"198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", [b"198.51.100.1"], "127.0.0.1"),
        ("10.0.0.1", [b"198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", [b"1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", [b"1.2.3.4", b"198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("::1", [b"2001:db8::7"], "2001:db8::7"),
        ("10.0.0.1", [b"10.0.0.3"], "10.0.0.3"),
        ("10.0.0.1", [b"liar"], "10.0.0.1"),
        ("10.0.0.1", [b"1.2.3.4, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("::ffff:10.0.0.1", [b"198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", [b"::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", [b"198.51.100.1, ::ffff:10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", [b"198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", [b"[2001:db8::7]:443"], "2001:db8::7"),
        ("10.0.0.1", [b"[2001:db8::7]"], "2001:db8::7"),
        ("10.0.0.1", [b"[::ffff:198.51.100.1]:443"], "198.51.100.1"),
        ("10.0.0.1", [b"2001:DB8:0::7"], "2001:db8::7"),
        ("10.0.0.1", [b"fe80::7%eth0"], "fe80::7"),
        ("10.0.0.1", [b"[fe80::7%eth0]:443"], "fe80::7"),
        ("::1%lo", [b"198.51.100.1"], "198.51.100.1"),
        ("fe80::9%eth0", [b"198.51.100.1"], "fe80::9"),
        ("10.0.0.1", [b"198.51.100.1, "], "198.51.100.1"),
        ("10.0.0.1", [b"198.51.100.1,,10.0.0.2"], "198.51.100.1"),
        ("unix", [b"198.51.100.1"], "unix"),
        ("", [b"198.51.100.1"], ""),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_trusted_proxy(
    peer: str, fields: list[bytes], client: str
) -> None:
    assert client_address(peer, tuple((b"x-forwarded-for", value) for value in fields), TRUSTED) == client


def test_without_a_list_nobody_is_believed() -> None:
    assert client_address("10.0.0.1", ((b"x-forwarded-for", b"1.2.3.4"),), ()) == "10.0.0.1"


@pytest.mark.parametrize(
    "lie",
    [
        b"[", b"]", b"[]", b":", b"[::1", b"[10.0.0.2]x", b"10.0.0.2:", b"10.0.0.2:port", b"1.2.3", b"256.1.1.1",
        b"01.2.3.4", b"fe80::1%", b"::ffff:1.2.3.4%1%2", b"%", b"\xff", b"1.2.3.4 5", b"x" * 9000, b"1:2:3:4:5:6:7:8:9",
        b"2001:db8::7:99999999",
    ],
)  # fmt: skip
def test_whatever_stands_there_is_an_address_or_is_not_believed(lie: bytes) -> None:
    client = client_address("10.0.0.1", ((b"x-forwarded-for", lie),), TRUSTED)

    assert client == str(ipaddress.ip_address(client))
    assert "%" not in client


@given(st.binary(max_size=60))
def test_nothing_that_can_stand_there_is_an_error(value: bytes) -> None:
    client = client_address("10.0.0.1", ((b"x-forwarded-for", value),), TRUSTED)

    assert client == str(ipaddress.ip_address(client))


def test_a_network_of_mapped_addresses_is_that_of_ipv4() -> None:
    assert networks(["::ffff:10.0.0.0/104", "2001:db8::/32"]) == networks(["10.0.0.0/8", "2001:db8::/32"])


@pytest.mark.parametrize(
    ("peer", "client"), [("::ffff:192.0.2.7", "192.0.2.7"), ("fe80::7%eth0", "fe80::7"), ("2001:db8::7", "2001:db8::7")]
)
def test_a_peer_has_one_address_however_it_came(peer: str, client: str) -> None:
    assert client_address(peer, (), ()) == client
