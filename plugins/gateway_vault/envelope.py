"""One sealed record: a data key of its own, wrapped by a key-encryption key, and what it is bound to.

    version | length of key id | key id | length of wrapped key (2 bytes) | wrapped data key | nonce (12) | AES-256-GCM

The header up to the nonce and `bound` are authenticated with the content: nothing of it can be changed, and a record
that is moved to another user's row does not open (NIST SP 800-38D; AAD).
"""

import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.contract import Unsealable
from gateway_vault.ring import KEY_BYTES

VERSION = 1
NONCE_BYTES = 12
_LENGTHS = 2
"""Bytes before the key's id, and bytes of the wrapped key's length."""


class Envelope(msgspec.Struct, frozen=True):
    """The parts of a sealed record; `header` is everything before the nonce."""

    key_id: str
    wrapped: bytes
    header: bytes
    nonce: bytes
    content: bytes


def new_data_key() -> bytes:
    return os.urandom(KEY_BYTES)


def seal(plain: bytes, bound: bytes, key_id: str, data_key: bytes, wrapped: bytes) -> bytes:
    """The sealed record; the data key is never used for a second one, so a random nonce is safe."""
    name = key_id.encode()
    header = bytes([VERSION, len(name)]) + name + len(wrapped).to_bytes(_LENGTHS, "big") + wrapped
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + AESGCM(data_key).encrypt(nonce, plain, header + bound)


def parts(sealed: bytes) -> Envelope:
    """Raises Unsealable for what is no record at all."""
    try:
        if sealed[0] != VERSION:
            raise Unsealable("it is of a version that this gateway does not know")
        end_of_id = _LENGTHS + sealed[1]
        key_id = sealed[_LENGTHS:end_of_id].decode()
        start = end_of_id + _LENGTHS
        end = start + int.from_bytes(sealed[end_of_id:start], "big")
        nonce, content = sealed[end : end + NONCE_BYTES], sealed[end + NONCE_BYTES :]
    except (IndexError, UnicodeDecodeError) as error:
        raise Unsealable("it is no sealed record") from error
    if len(nonce) < NONCE_BYTES or not key_id:
        raise Unsealable("it is no sealed record")
    return Envelope(key_id, sealed[start:end], sealed[:end], nonce, content)


def unseal(envelope: Envelope, bound: bytes, data_key: bytes) -> bytes:
    """Raises Unsealable for what was changed, or belongs to somebody else."""
    try:
        return AESGCM(data_key).decrypt(envelope.nonce, envelope.content, envelope.header + bound)
    except (InvalidTag, ValueError) as error:
        raise Unsealable("it was changed, or belongs to something else") from error


def wrap(data_key: bytes, key: bytes, key_id: str) -> bytes:
    """The data key under a key-encryption key of this process, bound to that key's id."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data_key, key_id.encode())


def unwrap(wrapped: bytes, key: bytes, key_id: str) -> bytes:
    """Raises Unsealable."""
    try:
        return AESGCM(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.encode())
    except (InvalidTag, ValueError) as error:
        raise Unsealable(f"the key `{key_id}` is not the one that it was sealed with") from error
