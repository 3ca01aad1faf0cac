"""The vault of an application: built anew at each load, and the one before kept where nothing has changed."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway import Secret
from gateway.contract import Surroundings, Unsealable, Vault
from gateway.plan.nowhere import no_fetch
from gateway.safe import Safe
from gateway_vault import VAULTS
from gateway_vault.kinds import Local, Transit
from tests.custody.grants import BOTH, NEW, OLD

BOUND = b"google|ann|1"


def safe(*kinds: Vault, production: bool = False) -> Safe:
    return Safe(kinds or VAULTS, Surroundings(environ={}, fetch=no_fetch, production=production))


def counting(kind: Vault, built: list[Any]) -> Vault:
    def build(settings: Any, around: Surroundings) -> Any:
        built.append(kind.build(settings, around))
        return built[-1]

    return Vault(settings=kind.settings, build=build)


def test_a_file_that_has_other_keys_is_taken_over_with_the_same_settings(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(OLD)
    kept, settings = safe(), Local(file=str(file))
    kept.use(settings)
    old = asyncio.run(kept.seal(b"plain", BOUND))
    file.write_text(BOTH.replace(",", "\n"))
    kept.use(settings)
    new = asyncio.run(kept.seal(b"plain", BOUND))

    assert (kept.key_of(old), kept.key_of(new), kept.stale(old), kept.stale(new)) == ("k1", "k2", True, False)
    assert asyncio.run(kept.open(old, BOUND)) == asyncio.run(kept.open(new, BOUND)) == b"plain"


def test_a_file_that_is_gone_leaves_everything_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(NEW)
    kept = safe()
    kept.use(Local(file=str(file)))
    sealed = asyncio.run(kept.seal(b"plain", BOUND))
    file.unlink()

    with pytest.raises(ValueError, match="cannot be read"):
        kept.use(Local(file=str(file)))
    assert asyncio.run(kept.open(sealed, BOUND)) == b"plain"


@pytest.mark.parametrize(
    "settings",
    [lambda: Local(keys=Secret(OLD)), lambda: Transit(address="https://vault.example", token=Secret("t"), key="k")],
    ids=["local", "transit"],
)
def test_what_is_the_same_stays_with_what_it_remembers(settings: Callable[[], Any]) -> None:
    built: list[Any] = []
    kept = safe(*(counting(kind, built) for kind in VAULTS))
    for _ in range(2):
        kept.use(settings())

    assert len(built) == 2
    assert kept._vault is built[0]


def test_in_production_a_missing_key_is_told_with_what_makes_one() -> None:
    with pytest.raises(ValueError, match="set GATEWAY_VAULT_KEYS"):
        safe(production=True).use(None)


def test_before_any_is_used_nothing_opens() -> None:
    with pytest.raises(Unsealable):
        asyncio.run(safe().open(b"sealed", BOUND))
