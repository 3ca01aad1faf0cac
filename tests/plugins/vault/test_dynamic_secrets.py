"""Secrets that OpenBao makes for this gateway alone, in a real PostgreSQL: renewed while they serve, then ended."""

import subprocess
from collections.abc import Iterator

import pytest

from gateway_vault.secrets import Reader
from tests.openbao import OpenBao
from tests.postgres import BINARIES, Postgres, postgres_server
from tests.running import eventually

RULES = """
path "database/creds/reader" { capabilities = ["read"] }
path "sys/leases/renew" { capabilities = ["update"] }
"""
MADE = "CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"
USER, PASSWORD = "database/creds/reader#username", "database/creds/reader#password"


@pytest.fixture(scope="module", name="postgres")
def connected(bao: OpenBao) -> Iterator[Postgres]:
    with postgres_server() as server:
        bao.ask("POST", "sys/mounts/database", type="database")
        bao.ask(
            "POST",
            "database/config/gateway",
            plugin_name="postgresql-database-plugin",
            allowed_roles="*",
            connection_url=f"{server.url}?sslmode=disable",
        )
        bao.ask(
            "POST",
            "database/roles/reader",
            db_name="gateway",
            creation_statements=[MADE],
            default_ttl="30s",
            max_ttl="10m",
        )
        yield server


def roles(postgres: Postgres) -> set[str]:
    command = [str(BINARIES / "psql"), "-At", "-c", "SELECT rolname FROM pg_roles", postgres.url]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_two_fields_of_one_path_are_one_account_which_ends_with_the_login(bao: OpenBao, postgres: Postgres) -> None:
    reader = Reader(bao.approle(RULES))
    user, password = reader.read(USER), reader.read(PASSWORD)

    assert user in roles(postgres)
    assert reader.read(USER) == user
    assert reader.read(PASSWORD) == password
    reader.close()
    eventually(lambda: user not in roles(postgres))


def test_the_lease_is_renewed_at_half_of_its_time(bao: OpenBao, postgres: Postgres) -> None:
    reader = Reader(bao.approle(RULES))
    user = reader.read(USER)
    (lease,) = reader._leases
    before = bao.ask("PUT", "sys/leases/lookup", lease_id=lease.body["lease_id"])["data"]

    assert 10 <= reader.renew() <= 15
    after = bao.ask("PUT", "sys/leases/lookup", lease_id=lease.body["lease_id"])["data"]
    assert (before["last_renewal"], bool(after["last_renewal"])) == (None, True)
    assert user in roles(postgres)
    reader.close()


def test_a_lease_that_was_ended_there_is_told(bao: OpenBao, postgres: Postgres) -> None:
    reader = Reader(bao.approle(RULES))
    reader.read(USER)
    bao.ask("PUT", "sys/leases/revoke-prefix/database/creds")

    with pytest.raises(LookupError, match="refuses `sys/leases/renew`"):
        reader.renew()
    reader.close()


def test_a_lease_that_cannot_be_made_longer_any_more_is_told_before_it_ends(bao: OpenBao, postgres: Postgres) -> None:
    reader = Reader(bao.approle(RULES))
    reader.read(USER)
    reader._leases[0].seconds = 1000.0  # as long as it was when it was new

    with pytest.raises(LookupError, match="gives no more than 30 seconds"):
        reader.renew()
    reader.close()
