"""A vault whose key-encryption key never leaves Vault or OpenBao: its transit engine wraps and opens the data keys."""

import base64
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.contract import Fetch, Unsealable
from gateway.errors import StoreUnavailable, UpstreamFailure
from gateway_vault import envelope
from gateway_vault.ring import KEY_BYTES

REMEMBERED = 10_000
"""Data keys that are kept opened, so that a request rarely asks the transit engine."""
_OK, _BAD_REQUEST = 200, 400


class _Answer(msgspec.Struct):
    data: dict[str, str | int | None]


class TransitVault:
    """`address` is the server's, `key` the name of its transit key, `mount` where the engine is mounted."""

    def __init__(self, fetch: Fetch, address: str, token: str, key: str, mount: str = "transit") -> None:
        self._fetch = fetch
        self._base = f"{address.rstrip('/')}/v1/{mount}"
        self._token = token
        self._key = key
        self._same = (self._base, token, key)
        self._version = 0
        self._opened: OrderedDict[bytes, bytes] = OrderedDict()

    async def seal(self, plain: bytes, bound: bytes) -> bytes:
        try:
            made = await self._ask(f"datakey/plaintext/{self._key}", {"bits": KEY_BYTES * 8})
        except Unsealable as error:
            raise StoreUnavailable(f"the vault's transit engine has no key `{self._key}`") from error
        wrapped = str(made["ciphertext"]).encode()
        self._version = max(self._version, _version(wrapped))
        return envelope.seal(plain, bound, self._key, base64.b64decode(str(made["plaintext"])), wrapped)

    async def open(self, sealed: bytes, bound: bytes) -> bytes:
        found = envelope.parts(sealed)
        if found.key_id != self._key:
            raise Unsealable(f"it was sealed with the key `{found.key_id}`, and this vault has `{self._key}`")
        return envelope.unseal(found, bound, await self._data_key(found.wrapped))

    def __eq__(self, other: object) -> bool:
        """What is the same at the same server is no other vault, so that it may keep what it remembers."""
        return isinstance(other, TransitVault) and other._same == self._same

    __hash__ = None  # type: ignore[assignment]  # it is compared, and never a key of anything

    def stale(self, sealed: bytes) -> bool:
        """Compared with the newest version of the key that was seen."""
        found = envelope.parts(sealed)
        return found.key_id != self._key or _version(found.wrapped) < self._version

    def key_of(self, sealed: bytes) -> str:
        """With its version, as in `gateway:v3`."""
        found = envelope.parts(sealed)
        return f"{found.key_id}:v{_version(found.wrapped)}"

    async def _data_key(self, wrapped: bytes) -> bytes:
        if (known := self._opened.get(wrapped)) is not None:
            self._opened.move_to_end(wrapped)
            return known
        answer = await self._ask(f"decrypt/{self._key}", {"ciphertext": wrapped.decode("latin-1")})
        opened = self._opened[wrapped] = base64.b64decode(str(answer["plaintext"]))
        if len(self._opened) > REMEMBERED:
            self._opened.popitem(last=False)
        return opened

    async def _ask(self, path: str, body: Mapping[str, Any]) -> Mapping[str, str | int | None]:
        """Raises StoreUnavailable where the server does not answer, Unsealable where it refuses."""
        headers = ((b"x-vault-token", self._token.encode()), (b"content-type", b"application/json"))
        try:
            reply = await self._fetch(
                "POST",
                f"{self._base}/{path}",
                headers=headers,
                body=msgspec.json.encode(body),
                allow_private=True,  # the address is the operator's own
            )
        except UpstreamFailure as error:
            raise StoreUnavailable("the vault's transit engine does not answer") from error
        if reply.status == _BAD_REQUEST:
            raise Unsealable("the transit engine cannot open it")
        if reply.status != _OK or not isinstance(reply.body, bytes):
            raise StoreUnavailable(f"the vault's transit engine answered {reply.status}")
        try:
            return msgspec.json.decode(reply.body, type=_Answer).data
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise StoreUnavailable("what answers for the vault's transit engine is something else") from error


def _version(wrapped: bytes) -> int:
    """`vault:v3:…` was wrapped by the third version of the key."""
    try:
        return int(wrapped.split(b":")[1][1:])
    except (IndexError, ValueError) as error:
        raise Unsealable("it is no key that a transit engine wrapped") from error
