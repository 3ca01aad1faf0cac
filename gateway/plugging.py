"""What plugins bring beside policies and credentials, and what they are given for it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from gateway.contract import Headers, Reply
from gateway.declared import Operation


class Unsealable(Exception):
    """What was sealed does not open: changed, bound to something else, or sealed with a key that is not here."""


class TokenVault(Protocol):
    """Seals what lies in the store. `bound` names what it belongs to: it opens for that and nothing else."""

    async def seal(self, plain: bytes, bound: bytes) -> bytes: ...

    async def open(self, sealed: bytes, bound: bytes) -> bytes:
        """Raises Unsealable."""
        ...

    def stale(self, sealed: bytes) -> bool:
        """Whether it was sealed with a key that is on its way out, and is to be sealed anew."""
        ...


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """Where a vault is built: the environment, the way to other servers, and whether this is production."""

    environ: Mapping[str, str]
    fetch: "Fetch"
    production: bool


class Vault(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of vault: the struct whose tag `use` names it under `server.vault`, and how it is built.

    `build` raises ValueError where a key is missing or is none. It is called when the first credential needs a vault.
    """

    settings: Any
    build: Callable[[Any, Surroundings], TokenVault]


class SecretSource(Protocol):
    """Where references such as `${vault:path#field}` lead; asked when a config is loaded, away from the event loop."""

    @property
    def scheme(self) -> str: ...

    def read(self, reference: str, environ: Mapping[str, str]) -> str:
        """Raises LookupError, whose message names what is missing and never a secret."""
        ...


class Fetch(Protocol):
    """One request to a server that is no vendor's endpoint: a provider's token endpoint, a webhook.

    Names are resolved and addresses checked as for vendors; no redirect is followed. Raises UpstreamFailure.
    """

    async def __call__(
        self, method: str, url: str, *, headers: Headers = (), body: bytes = b"", seconds: float = 10.0
    ) -> Reply: ...


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """An integration as the serving generation has it; `credential` is its settings, None where it has none."""

    name: str
    title: str
    credential: Any
    operations: tuple[Operation, ...]
    allow_private: bool = False


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """What is served at the moment: integrations by name, providers by name, where callers find the gateway."""

    integrations: Mapping[str, Declared]
    providers: Mapping[str, Any]
    public_url: str
    return_to: tuple[str, ...] = ()
