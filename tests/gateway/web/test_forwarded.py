"""Only listed proxies may say on whose behalf they ask."""

import pytest

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
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_trusted_proxy(
    peer: str, fields: list[bytes], client: str
) -> None:
    assert client_address(peer, tuple((b"x-forwarded-for", value) for value in fields), TRUSTED) == client


def test_without_a_list_nobody_is_believed() -> None:
    assert client_address("10.0.0.1", ((b"x-forwarded-for", b"1.2.3.4"),), ()) == "10.0.0.1"
