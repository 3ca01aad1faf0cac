"""Data keys that a real OpenBao wraps: sealed, opened, rotated there, refused there, and gone."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.contract import Fetch, Unsealable
from gateway.errors import StoreUnavailable
from gateway.upstream import Engines, Fetching
from gateway_vault.transit import TransitVault
from tests.openbao import ROOT_TOKEN, OpenBao, openbao_server

PLAIN, BOUND = b'{"refresh_token": "mark-of-the-token"}', b"google|ann|1"

Scenario = Callable[[Fetch], Awaitable[None]]


def play(scenario: Scenario) -> None:
    """With the gateway's own way to other servers, which asks no private address unless it is told to."""

    async def main() -> None:
        engines = Engines("wreq")
        try:
            await scenario(Fetching(engines.get))
        finally:
            await engines.close()

    asyncio.run(main())


@pytest.fixture(scope="module", name="key")
def made(bao: OpenBao) -> str:
    bao.ask("POST", "sys/mounts/transit", type="transit")
    bao.ask("POST", "transit/keys/gateway")
    return "gateway"


def test_what_was_sealed_opens_for_what_it_belongs_to(bao: OpenBao, key: str) -> None:
    async def scenario(fetch: Fetch) -> None:
        vault = TransitVault(fetch, bao.url, ROOT_TOKEN, key)
        sealed = await vault.seal(PLAIN, BOUND)
        another = TransitVault(fetch, f"{bao.url}/", ROOT_TOKEN, key)

        assert await another.open(sealed, BOUND) == PLAIN
        assert b"mark" not in sealed
        with pytest.raises(Unsealable):
            await another.open(sealed, b"google|bob|1")

    play(scenario)


def test_a_key_that_was_rotated_there_opens_what_is_old_and_seals_with_what_is_new(bao: OpenBao, key: str) -> None:
    async def scenario(fetch: Fetch) -> None:
        vault = TransitVault(fetch, bao.url, ROOT_TOKEN, key)
        old = await vault.seal(PLAIN, BOUND)
        before = vault.key_of(old)
        bao.ask("POST", f"transit/keys/{key}/rotate")
        new = await vault.seal(PLAIN, BOUND)

        assert await TransitVault(fetch, bao.url, ROOT_TOKEN, key).open(old, BOUND) == PLAIN
        assert (vault.stale(old), vault.stale(new)) == (True, False)
        assert vault.key_of(new) == f"{key}:v{int(before.removeprefix(f'{key}:v')) + 1}"

    play(scenario)


def test_what_another_key_sealed_does_not_open(bao: OpenBao, key: str) -> None:
    bao.ask("POST", "transit/keys/other")

    async def scenario(fetch: Fetch) -> None:
        other = TransitVault(fetch, bao.url, ROOT_TOKEN, "other")
        sealed = await other.seal(PLAIN, BOUND)
        with pytest.raises(Unsealable, match="sealed with the key `other`, and this vault has `gateway`"):
            await TransitVault(fetch, bao.url, ROOT_TOKEN, key).open(sealed, BOUND)

    play(scenario)


def test_a_wrapped_key_that_was_changed_does_not_open(bao: OpenBao, key: str) -> None:
    async def scenario(fetch: Fetch) -> None:
        sealed = bytearray(await TransitVault(fetch, bao.url, ROOT_TOKEN, key).seal(PLAIN, BOUND))
        at = sealed.index(b"vault:v") + 20
        sealed[at] = ord("A") if sealed[at] != ord("A") else ord("B")
        with pytest.raises(Unsealable):
            await TransitVault(fetch, bao.url, ROOT_TOKEN, key).open(bytes(sealed), BOUND)

    play(scenario)


def test_a_wrong_token_says_nothing_of_what_is_sealed(bao: OpenBao, key: str) -> None:
    async def scenario(fetch: Fetch) -> None:
        sealed = await TransitVault(fetch, bao.url, ROOT_TOKEN, key).seal(PLAIN, BOUND)
        wrong = TransitVault(fetch, bao.url, "mark-of-a-wrong-token", key)
        for work in (wrong.seal(PLAIN, BOUND), wrong.open(sealed, BOUND)):
            with pytest.raises(StoreUnavailable, match="answered 403") as refused:
                await work
            assert "mark" not in str(refused.value)

    play(scenario)


def test_a_key_that_is_not_there_seals_nothing(bao: OpenBao, key: str) -> None:
    async def scenario(fetch: Fetch) -> None:
        own = bao.token('path "transit/datakey/plaintext/*" { capabilities = ["update"] }')
        with pytest.raises(StoreUnavailable, match="the vault's transit engine has no key `nowhere`"):
            await TransitVault(fetch, bao.url, own, "nowhere").seal(PLAIN, BOUND)
        with pytest.raises(StoreUnavailable, match="answered 404"):
            await TransitVault(fetch, bao.url, ROOT_TOKEN, key, "elsewhere").seal(PLAIN, BOUND)

    play(scenario)


def test_while_the_server_is_away_what_was_open_opens_and_the_rest_is_unavailable() -> None:
    async def scenario(fetch: Fetch) -> None:
        with openbao_server() as bao:
            bao.ask("POST", "sys/mounts/transit", type="transit")
            bao.ask("POST", "transit/keys/gateway")
            vault = TransitVault(fetch, bao.url, ROOT_TOKEN, "gateway")
            sealed, unseen = await vault.seal(PLAIN, BOUND), await vault.seal(PLAIN, BOUND)
            assert await vault.open(sealed, BOUND) == PLAIN
            bao.kill()

            assert await vault.open(sealed, BOUND) == PLAIN
            for work in (vault.open(unseen, BOUND), vault.seal(PLAIN, BOUND)):
                with pytest.raises(StoreUnavailable, match="does not answer") as away:
                    await work
                assert away.value.status == 503

    play(scenario)


def test_the_same_key_at_the_same_server_is_the_same_vault() -> None:
    async def scenario(fetch: Fetch) -> None:
        one = TransitVault(fetch, "https://vault.example", "t", "gateway")

        assert one == TransitVault(fetch, "https://vault.example/", "t", "gateway")
        assert one != TransitVault(fetch, "https://vault.example", "another", "gateway")

    play(scenario)
