"""The key-encryption keys of a gateway: the first seals, all of them open."""

import base64
import binascii
import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

KEY_BYTES = 32
FORM = "`id:base64,id:base64`, the first to seal with; each key is 32 bytes: `openssl rand -base64 32`"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Ring(msgspec.Struct, frozen=True):
    """Keys by id; `primary` is the id of the one that seals."""

    primary: str
    keys: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"Ring({', '.join(self.keys)})"


def parse(text: str) -> Ring:
    """Raises ValueError, whose message never has a key in it."""
    found: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in re.split(r"[,\n]", text))):
        key_id, separator, encoded = entry.partition(":")
        if not separator or not _ID.fullmatch(key_id):
            raise ValueError(f"the vault's keys have the form {FORM}")
        if key_id in found:
            raise ValueError(f"the vault has two keys `{key_id}`")
        found[key_id] = _decoded(key_id, encoded)
    if not found:
        raise ValueError(f"the vault has no key: {FORM}")
    return Ring(next(iter(found)), found)


def written(ring: Ring) -> str:
    """As `parse` reads it, the primary first."""
    ids: Iterable[str] = [ring.primary, *(key_id for key_id in ring.keys if key_id != ring.primary)]
    return "\n".join(f"{key_id}:{base64.b64encode(ring.keys[key_id]).decode()}" for key_id in ids) + "\n"


def made_in(file: Path) -> Ring:
    """The ring of the file, which is made with one new key where there is none; only its owner may read it.

    Raises ValueError where others may.
    """
    if not file.exists():
        _make(file)
    if file.stat().st_mode & 0o077:
        raise ValueError(f"others may read {file}: `chmod 600 {file}`")
    return parse(file.read_text())


def _make(file: Path) -> None:
    """Whole or not at all, however many processes start at once: the one that comes second takes the first one's."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    ring = Ring("k1", {"k1": secrets.token_bytes(KEY_BYTES)})
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=".keys-") as made:  # with mode 0600
        made.write(written(ring))
        made.flush()
        os.fsync(made.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(made.name, file)


def _decoded(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"the vault's key `{key_id}` is not 32 bytes in base64: `openssl rand -base64 32`")
    return key
