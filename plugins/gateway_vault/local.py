"""A vault whose key-encryption keys are in this process: from the environment, or from a file."""

from gateway.contract import Unsealable
from gateway_vault import envelope
from gateway_vault.ring import Ring


class LocalVault:
    """AES-256-GCM, a data key for each record."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring

    async def seal(self, plain: bytes, bound: bytes) -> bytes:
        primary, data_key = self._ring.primary, envelope.new_data_key()
        wrapped = envelope.wrap(data_key, self._ring.keys[primary], primary)
        return envelope.seal(plain, bound, primary, data_key, wrapped)

    async def open(self, sealed: bytes, bound: bytes) -> bytes:
        found = envelope.parts(sealed)
        key = self._ring.keys.get(found.key_id)
        if key is None:
            raise Unsealable(f"it was sealed with the key `{found.key_id}`, which is not among the vault's keys")
        return envelope.unseal(found, bound, envelope.unwrap(found.wrapped, key, found.key_id))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalVault) and other._ring == self._ring

    __hash__ = None  # type: ignore[assignment]  # it is compared, and never a key of anything

    def stale(self, sealed: bytes) -> bool:
        return envelope.parts(sealed).key_id != self._ring.primary

    def key_of(self, sealed: bytes) -> str:
        return envelope.parts(sealed).key_id
