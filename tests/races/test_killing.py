"""Whoever renews a token is killed at any step: it works after his claim has ended, or its user is asked for."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from gateway.contract import Kit
from gateway.errors import ConnectionRequired
from gateway.stored import Connection
from gateway.stores import SqlStore
from gateway_oauth.access import NeedsUser
from gateway_oauth.manager import LEASE, manager_of
from gateway_oauth.requiring import required_of
from gateway_oauth.tokens import Tokens, sealed
from tests.custody.grants import within as prepared
from tests.provider import OidcProvider, oidc_provider
from tests.races.renewer import KEY, STEPS, Asked, within
from tests.running import ROOT


@pytest.fixture(name="strict", scope="module")
def rotating() -> Iterator[OidcProvider]:
    with oidc_provider() as provider:
        yield provider


@pytest.fixture(name="constant", scope="module")
def like_google() -> Iterator[OidcProvider]:
    with oidc_provider("none") as provider:
        yield provider


def killed(folder: Path, provider: OidcProvider, step: str) -> Asked:
    """Ann's token has ended, and the process that renews it is killed at that step."""
    asked = Asked(f"sqlite:///{folder}/gateway.db", provider.token, provider.client_id, provider.client_secret)
    prepared(asked.storage, _nothing)
    asyncio.run(within(asked, lambda kit: _connected(kit, provider)))
    provider.forget()
    provider.upset(delay=0.6 if step == "asking" else 0.0)
    command = [sys.executable, "-m", "tests.races.renewer", msgspec.json.encode(asked).decode(), step]
    done = subprocess.run(command, cwd=ROOT, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    if step == "asking":
        time.sleep(0.6)  # until the provider has noticed that nobody waits any more
        provider.upset()
    return asked


async def _nothing(_: SqlStore) -> None:
    pass


async def _connected(kit: Kit, provider: OidcProvider) -> None:
    given, now = provider.tokens("ann"), kit.now()
    tokens = Tokens(access=given.access_token, refresh=given.refresh_token, expires_at=now - 1, obtained_at=now - 3601)
    made = Connection(id="con_ann", provider="acme", user="ann", status="active", scopes=("calendar.events",))
    assert await kit.stored.connections.add(
        msgspec.structs.replace(made, sealed=await sealed(kit, tokens, made), expires_at=tokens.expires_at)
    )


def after(asked: Asked, seconds: float) -> str:
    """What another process gives so many seconds later: a token, or else the link that mends it."""

    async def work(kit: Kit) -> str:
        try:
            return (await manager_of(kit).get(KEY)).access.decode()
        except NeedsUser as error:
            told: ConnectionRequired = await required_of(kit).error(*KEY, "crm", error.reason)
            return str(told.members["connect_url"])

    return asyncio.run(within(msgspec.structs.replace(asked, ahead=seconds), work))


def works(provider: OidcProvider, token: str) -> bool:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.get(f"{provider.calendar}/events", headers=headers, trust_env=False).status_code == 200


@pytest.mark.parametrize("step", STEPS)
def test_where_refresh_tokens_stay_it_works_when_the_claim_has_ended(
    tmp_path: Path, constant: OidcProvider, step: str
) -> None:
    asked = killed(tmp_path, constant, step)

    assert works(constant, after(asked, LEASE + 1))


@pytest.mark.parametrize("step", ["claimed", "asking", "stored"])
def test_where_they_rotate_it_works_as_well_if_none_was_lost(tmp_path: Path, strict: OidcProvider, step: str) -> None:
    asked = killed(tmp_path, strict, step)

    assert works(strict, after(asked, LEASE + 1))
    assert (strict.seen().refreshes, strict.seen().reuses) == (1, 0)


def test_where_one_was_lost_the_user_is_asked_for_with_a_link(tmp_path: Path, strict: OidcProvider) -> None:
    asked = killed(tmp_path, strict, "answered")

    assert after(asked, LEASE + 1).startswith("https://gateway.test/connect/")
    assert strict.seen().reuses == 1
    tokens = len(strict.seen().tokens)
    assert after(asked, LEASE + 2).startswith("https://gateway.test/connect/")
    assert len(strict.seen().tokens) == tokens


def test_until_then_nobody_asks_the_provider(tmp_path: Path, strict: OidcProvider) -> None:
    asked = killed(tmp_path, strict, "claimed")

    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(_in_time(asked), 0.6))
    assert strict.seen().tokens == ()


async def _in_time(asked: Asked) -> None:
    await within(asked, lambda kit: manager_of(kit).get(KEY))
