"""What a provider has granted, as it lies in the vault: sealed, and bound to one connection and its version."""

import msgspec

from gateway.contract import Kit, Unsealable
from gateway.errors import CredentialRefused
from gateway.stored import Connection

MARGIN = 60.0
"""Seconds before the end from which a token is renewed, where it lives long enough."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`access` is what vendors are sent; without `refresh` nothing comes after it. Times are seconds since 1970.

    A secret that a user has left with the gateway is one with nothing but `access`.
    """

    access: str
    refresh: str = ""
    expires_at: float | None = None
    obtained_at: float = 0.0
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at})"

    @property
    def margin(self) -> float:
        """Seconds before its end from which it is to be renewed."""
        lives = MARGIN * 4 if self.expires_at is None else self.expires_at - self.obtained_at
        return min(MARGIN, lives / 4)


def secret(text: str) -> Tokens:
    """What a user has left with the gateway."""
    return Tokens(access=text)


async def sealed(kit: Kit, tokens: Tokens, connection: Connection) -> bytes:
    """For `connection` as it will be, since it opens for this version of it alone. Raises StoreUnavailable."""
    return await kit.vault.seal(msgspec.json.encode(tokens), connection.bound)


async def opened(kit: Kit, connection: Connection) -> Tokens:
    """Raises StoreUnavailable, and CredentialRefused where the vault does not open it."""
    try:
        return msgspec.json.decode(await kit.vault.open(connection.sealed, connection.bound), type=Tokens)
    except (Unsealable, msgspec.DecodeError) as error:
        raise CredentialRefused(f"what is kept of the connection `{connection.id}` does not open") from error


def visible(text: str) -> bool:
    """Whether a header field can carry it."""
    return text.isascii() and text.isprintable() and text == text.strip() and bool(text)
