"""The kinds of vault that `server.vault` can name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from gateway import Secret, Settings
from gateway.contract import Surroundings, TokenVault, Vault
from gateway_vault.ring import Ring, made_in, parse

KEYS = "GATEWAY_VAULT_KEYS"
"""The variable that holds the key ring where the config says nothing."""
MADE = Path("var/vault.keys")
"""Where a ring is made, outside production, so that trying things out needs no set-up."""


class Local(Settings, frozen=True, kw_only=True, tag_field="use", tag="local"):
    """Keys in this process."""

    keys: Annotated[
        Secret | None,
        msgspec.Meta(
            description="The key ring, `id:base64` with commas between; the first key seals, all of them open. "
            f"Left out, {KEYS} is read.",
            examples=["${file:/run/secrets/vault_keys}"],
        ),
    ] = None
    file: Annotated[
        str | None,
        msgspec.Meta(
            description="A file with the key ring instead, one key a line, which only its owner may read.",
            examples=["/etc/gateway/vault.keys"],
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.keys is not None and self.file is not None:
            raise ValueError("`keys` and `file` say the same thing: keep one")


class Transit(Settings, frozen=True, kw_only=True, tag_field="use", tag="transit"):
    """A key that stays in Vault or OpenBao."""

    address: Annotated[str, msgspec.Meta(description="The server's address.", examples=["https://vault.example:8200"])]
    token: Annotated[
        Secret, msgspec.Meta(description="A token that may use the key.", examples=["${file:/run/secrets/vault_token}"])
    ]
    key: Annotated[str, msgspec.Meta(description="The name of the transit key.", examples=["gateway"])]
    mount: Annotated[str, msgspec.Meta(description="Where the transit engine is mounted.", examples=["transit"])] = (
        "transit"
    )


def build_local(settings: Local, around: Surroundings) -> TokenVault:
    """Raises ValueError where there is no ring, or none that can be used."""
    from gateway_vault.local import LocalVault  # noqa: PLC0415 - its cipher takes megabytes, and most configs no vault

    return LocalVault(_ring(settings, around.environ, production=around.production))


def build_transit(settings: Transit, around: Surroundings) -> TokenVault:
    from gateway_vault.transit import TransitVault  # noqa: PLC0415 - the same

    return TransitVault(around.fetch, settings.address, str(settings.token), settings.key, settings.mount)


def _ring(settings: Local, environ: Mapping[str, str], *, production: bool) -> Ring:
    if settings.keys is not None:
        return parse(str(settings.keys))
    if settings.file is not None:
        return _read(Path(settings.file))
    if given := environ.get(KEYS):
        return parse(given)
    if production:
        raise ValueError(f"users' tokens need a vault key: set {KEYS} (`id:` and `openssl rand -base64 32`)")
    return made_in(MADE)


def _read(file: Path) -> Ring:
    try:
        return parse(file.read_text())
    except OSError as error:
        raise ValueError(f"the vault's key file {file} cannot be read: {error.strerror}") from error


VAULTS = (Vault(settings=Local, build=build_local), Vault(settings=Transit, build=build_transit))
