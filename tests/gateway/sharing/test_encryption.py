"""A redis behind TLS: who it is has to be proved, unless the address says that it need not be."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop

from gateway.sharing import Redis, read_address
from tests.faults.certificates import Authority
from tests.gateway.sharing.forms import redis
from tests.services import Redis as Server
from tests.services import redis_server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[Server]:
    authority.server_context("127.0.0.1")
    certificate = authority.file.parent / "known-127.0.0.1.pem"
    with redis_server(password="hush-hush", certificate=certificate) as server:
        yield server


@pytest.fixture(params=["by its certificate", "unverified"])
def address(request: pytest.FixtureRequest, server: Server, authority: Authority) -> str:
    known = request.param == "by its certificate"
    return f"{server.tls_url}?{f'ssl_ca_certs={authority.file}' if known else 'ssl_cert_reqs=none'}"


def test_state_is_shared_over_an_encrypted_connection(server: Server, address: str) -> None:
    async def main() -> None:
        async with redis(address) as encrypted, redis(server.url) as plain:
            await encrypted.put(address, b"value", 100)
            assert await plain.get(address) == b"value"

    uvloop.run(main())


def test_who_cannot_prove_who_it_is_is_not_used(server: Server, tmp_path: Path) -> None:
    stranger = Authority(tmp_path)
    for address in (server.tls_url, f"{server.tls_url}?ssl_ca_certs={stranger.file}"):
        assert "certificate verify failed" in str(uvloop.run(Redis(read_address(address)).trouble()))


def test_a_file_of_certificates_that_is_not_there_is_told(server: Server) -> None:
    trouble = uvloop.run(Redis(read_address(f"{server.tls_url}?ssl_ca_certs=/nowhere.pem")).trouble())

    assert trouble == "no such file or directory"
