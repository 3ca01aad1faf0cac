"""The form of a caller's key: recognised by scanners, checked for typing errors without asking anybody.

    gwk_live_ | 10 characters of id | 20 random characters | 6 of CRC-32

all in base62. The id is public: lists, logs and the audit trail name a key by `gwk_live_` and its id.
"""

import hashlib
import re
import secrets
import string
import zlib
from typing import Literal

import msgspec

from gateway.stored import Key

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 10, 20, 6
_FORM = re.compile(rf"(gwk_(?:live|test)_[0-9A-Za-z]{{{ID_LENGTH}}})[0-9A-Za-z]{{{SECRET_LENGTH + CHECK_LENGTH}}}")

Kind = Literal["live", "test"]


class Made(msgspec.Struct, frozen=True):
    """A new key: `secret` is shown once and never kept, `key` is what is kept of it."""

    secret: str
    key: Key

    def __repr__(self) -> str:
        return f"Made({self.key.id})"


def make(
    name: str, scopes: tuple[str, ...], *, now: float, kind: Kind = "live", expires_at: float | None = None
) -> Made:
    """120 bits of chance beside the id; so many that a plain digest is safe to keep."""
    body = f"gwk_{kind}_" + "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH + SECRET_LENGTH))
    secret = body + _check(body)
    key = Key(
        id=body[:-SECRET_LENGTH],
        digest=digest_of(secret),
        name=name,
        scopes=scopes,
        created_at=now,
        expires_at=expires_at,
    )
    return Made(secret, key)


def id_of(secret: str) -> str | None:
    """The id of what is a key by its form and its check; None for anything else, a key with a typing error too."""
    found = _FORM.fullmatch(secret)
    if found is None or _check(secret[:-CHECK_LENGTH]) != secret[-CHECK_LENGTH:]:
        return None
    return found[1]


def looks_like_one(secret: str) -> bool:
    return secret.startswith("gwk_")


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _check(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECK_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
