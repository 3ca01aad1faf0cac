"""The vault of an application: built when a config first needs one, and again when its keys have changed."""

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
        self._vault: TokenVault = NoVault()

    def use(self, settings: Any) -> None:
        """None stands for the usual kind. Raises ValueError where there is no key; then everything is as it was.

        It is built anew even from the same settings, for a file that they name may have other keys now. One that
        equals the one before is not put in its place, so that what that remembers is kept.
        """
        if settings is None:
            settings = self._usual()
        built = self._kinds[type(settings)].build(settings, self._around)
        if built != self._vault:
            self._vault = built

    async def seal(self, plain: bytes, bound: bytes) -> bytes:
        return await self._vault.seal(plain, bound)

    async def open(self, sealed: bytes, bound: bytes) -> bytes:
        return await self._vault.open(sealed, bound)

    def stale(self, sealed: bytes) -> bool:
        return self._vault.stale(sealed)

    def key_of(self, sealed: bytes) -> str:
        return self._vault.key_of(sealed)

    def _usual(self) -> Any:
        kind = next((kind for kind in self._kinds if tag_of(kind) == USUAL), None)
        if kind is None:
            raise ValueError(f"no package that is installed brings the vault `{USUAL}`")
        return kind()
