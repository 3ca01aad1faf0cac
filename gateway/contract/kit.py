"""What a stage needs of the world, and where it stands; tests hand in their own."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any, Protocol, TypeVar

import msgspec

from gateway.contract.call import Headers, Reply
from gateway.contract.observing import Metrics, Workers
from gateway.declared import Operation
from gateway.shared import Shared
from gateway.stored import Stored

T = TypeVar("T")


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where a stage stands: its endpoint, and the place in the config that declared it.

    `scope` keys the state that a stage shares: the integration's name, or the endpoint's id where the endpoint itself
    declares the policy.
    """

    operation: Operation
    scope: str

    @property
    def integration(self) -> str:
        return self.operation.integration


class Keep(Protocol):
    """Gives the same object for the same key, across endpoints and across reloads; `make` makes the first.

    An object with a `stop` is told to stop when the application ends.
    """

    def __call__(self, key: Hashable, make: Callable[[], T]) -> T: ...


class Unsealable(Exception):
    """What was sealed does not open: changed, bound to something else, or sealed with a key that is not here."""


class TokenVault(Protocol):
    """Seals what lies in the store. `bound` names what it belongs to: it opens for that and nothing else.

    Both may raise StoreUnavailable, where the keys are somewhere else.
    """

    async def seal(self, plain: bytes, bound: bytes) -> bytes: ...

    async def open(self, sealed: bytes, bound: bytes) -> bytes:
        """Raises Unsealable."""
        ...

    def stale(self, sealed: bytes) -> bool:
        """Whether it was sealed with a key that is on its way out, and is to be sealed anew."""
        ...

    def key_of(self, sealed: bytes) -> str:
        """The id of the key that it was sealed with. Raises Unsealable for what is no sealed record."""
        ...


class Fetch(Protocol):
    """One request to a server that is no vendor's endpoint: a provider's token endpoint, a webhook.

    Names are resolved and addresses checked as for vendors, unless whoever declared the address says `allow_private`;
    no redirect is followed, and the answer is read up to `limit` bytes. Raises UpstreamFailure.
    """

    async def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Headers = (),
        body: bytes = b"",
        seconds: float = 10.0,
        limit: int = 1024**2,
        allow_private: bool = False,
    ) -> Reply: ...


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """An integration as it is served; `credential` is its settings, None where it has none."""

    name: str
    title: str
    credential: Any
    operations: tuple[Operation, ...]


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """What is served at the moment: integrations and OAuth providers by name, and where callers find the gateway.

    `return_to` are the addresses to which a user may be sent back, `events` whom to tell what happens to connections.
    """

    integrations: Mapping[str, Declared] = {}
    providers: Mapping[str, Any] = {}
    events: Any = None
    public_url: str = ""
    return_to: tuple[str, ...] = ()


class Kit(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage needs of the world: tests hand in their own.

    `clock` is monotonic seconds, `now` seconds since 1970, `random` uniform in [0, 1). `secret` seals what callers
    carry for us, such as cursors: all processes of one gateway have the same. `shared` is what they know together,
    `stored` what outlives them, and `vault` seals what is secret of it. `catalog` tells what is served now. `metrics`
    are this process's, and `workers` those of this gateway, asked together.
    """

    clock: Callable[[], float]
    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]
    keep: Keep
    shared: Shared
    stored: Stored
    vault: TokenVault
    fetch: Fetch
    catalog: Callable[[], Catalog]
    metrics: Metrics
    workers: Workers
    secret: bytes = b""
