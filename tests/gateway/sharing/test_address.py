"""Addresses of redis: what each part means, and that no password is ever said."""

import ssl

import pytest

from gateway.sharing import Address, read_address
from gateway.sharing.address import EXPECTED


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("redis://host", Address(host="host", port=6379)),
        ("redis://host:7000/3", Address(host="host", port=7000, database=3)),
        ("redis://[::1]:7000/?db=2", Address(host="::1", port=7000, database=2)),
        ("redis://:p%40ss@host", Address(host="host", port=6379, password="p@ss")),
        ("redis://ann:secret@host/1", Address(host="host", port=6379, user="ann", password="secret", database=1)),
        ("rediss://host", Address(host="host", port=6379, tls=True)),
        ("rediss://host?ssl_cert_reqs=none", Address(host="host", port=6379, tls=True, verified=False)),
        ("rediss://host?ssl_ca_certs=/ca.pem", Address(host="host", port=6379, tls=True, ca="/ca.pem")),
        ("unix:///run/redis.sock", Address(path="/run/redis.sock")),
        ("unix://:secret@/run/redis.sock?db=4", Address(path="/run/redis.sock", password="secret", database=4)),
    ],
)
def test_an_address_says_where_it_is_and_who_we_are_there(text: str, address: Address) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize(
    "text",
    ["", "redis", "redis:6379", "redis://", "http://host", "redis://host:70000", "redis://host:x", "unix://redis.sock",
     "unix://run/redis.sock", "redis://[::1"],
)  # fmt: skip
def test_what_is_no_address_is_told_what_one_looks_like(text: str) -> None:
    with pytest.raises(ValueError, match="expected `memory`") as refused:
        read_address(text)
    assert str(refused.value) == EXPECTED


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("redis://host/zero", "the database of a redis is a number"),
        ("redis://host/-1", "the database of a redis is a number"),
        ("redis://host?db=", None),
        ("redis://host?ssl_cert_reqs=none", "after `[?]`, a redis address has only `db`"),
        ("rediss://host?timeout=1", "after `[?]`, a rediss address has only `db`, `ssl_ca_certs`, `ssl_cert_reqs`"),
        ("rediss://host?ssl_cert_reqs=maybe", "`ssl_cert_reqs` is `required` or `none`"),
        ("redis://host#1", "after `[?]`"),
    ],
)
def test_what_is_wrong_with_a_part_is_said_of_that_part(text: str, says: str | None) -> None:
    if says is None:
        assert read_address(text).database == 0
        return
    with pytest.raises(ValueError, match=says):
        read_address(text)


@pytest.mark.parametrize("text", ["redis://ann:hush-hush@host/1", "unix://ann:hush-hush@/run/redis.sock"])
def test_nobody_sees_the_password(text: str) -> None:
    address = read_address(text)

    assert "hush-hush" not in repr(address) + str(address) + address.name + f"{[address]}"
    assert "ann" not in address.name


def test_encryption_is_verified_unless_it_says_otherwise() -> None:
    strict, loose = (read_address(text).context() for text in ("rediss://host", "rediss://host?ssl_cert_reqs=none"))

    assert strict is not None
    assert loose is not None
    assert (strict.verify_mode, strict.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert loose.verify_mode == ssl.CERT_NONE
    assert read_address("redis://host").context() is None
