"""The vault of an application: built when a config first needs one, and again when its settings have changed."""

from typing import Any

from gateway.contract import Surroundings, TokenVault, Vault
from gateway.plan.nowhere import NoVault
from gateway.registry import tag_of

USUAL = "local"
"""The kind of vault where the config names none."""


class Safe:
    """Kit.vault; stands for the vault of whatever serves."""

    def __init__(self, kinds: tuple[Vault, ...], around: Surroundings) -> None:
        self._kinds = {kind.settings: kind for kind in kinds}
        self._around = around
        self._settings: Any = None
        self._vault: TokenVault = NoVault()

    def use(self, settings: Any) -> None:
        """None stands for the usual kind. Raises ValueError where there is no key; then everything is as it was."""
        if settings is None:
            settings = self._usual()
        if settings != self._settings:
            self._vault = self._kinds[type(settings)].build(settings, self._around)
            self._settings = settings

    async def seal(self, plain: bytes, bound: bytes) -> bytes:
        return await self._vault.seal(plain, bound)

    async def open(self, sealed: bytes, bound: bytes) -> bytes:
        return await self._vault.open(sealed, bound)

    def stale(self, sealed: bytes) -> bool:
        return self._vault.stale(sealed)

    def _usual(self) -> Any:
        kind = next((kind for kind in self._kinds if tag_of(kind) == USUAL), None)
        if kind is None:
            raise ValueError(f"no package that is installed brings the vault `{USUAL}`")
        return kind()
