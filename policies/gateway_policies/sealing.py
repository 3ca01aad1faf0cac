"""Sealing what lies with others, with AES: what does it takes megabytes, and is loaded with the first that seals.

Either binds a label to what it seals, and raises ValueError for what was damaged, or sealed under another label or key.
"""

import hashlib
import hmac
import os

NONCE_BYTES = 12


class Alike:
    """The same text is sealed the same way, so that it can be compared (AES-SIV, RFC 5297)."""

    def __init__(self, secret: bytes, purpose: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415 - most endpoints seal nothing

        self._seal = AESSIV(hmac.digest(secret, purpose, hashlib.sha512))

    def seal(self, plain: bytes, *label: bytes) -> bytes:
        return self._seal.encrypt(plain, [*label])

    def open(self, sealed: bytes, *label: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - in memory by now

        try:
            return self._seal.decrypt(sealed, [*label])
        except InvalidTag as wrong:
            raise ValueError("it was not sealed so") from wrong


class Afresh:
    """Never the same way twice (AES-256-GCM)."""

    def __init__(self, secret: bytes, purpose: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - most endpoints seal nothing

        self._seal = AESGCM(hmac.digest(secret, purpose, hashlib.sha256))

    def seal(self, plain: bytes, label: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, plain, label)

    def open(self, sealed: bytes, label: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - in memory by now

        try:
            return self._seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label)
        except InvalidTag as wrong:
            raise ValueError("it was not sealed so") from wrong
