"""What outlives the process: keys, users' connections, single-use tickets, the audit trail, events to deliver, costs.

Every method may raise StoreUnavailable. Times are seconds since 1970. What is secret arrives here sealed or digested.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

Status = Literal["active", "needs_reauth", "revoked"]
"""Whether a connection works; that it will soon expire is for whoever looks to tell from `expires_at`."""

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A caller's key: `id` is public, `digest` the SHA-256 of the whole key, `scopes` globs over endpoints or words.

    It stops at `expires_at`, or at once when `revoked_at` is set. `successor` is the id of the key that replaces it.
    """

    id: str
    digest: bytes
    name: str
    scopes: tuple[str, ...]
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None
    last_used_at: float | None = None
    successor: str | None = None


class Keys(Protocol):
    async def add(self, key: Key) -> None: ...
    async def find(self, which: str) -> Key | None: ...
    async def every(self) -> Sequence[Key]: ...

    async def change(self, which: str, **fields: Any) -> bool:
        """Sets expires_at, revoked_at or successor; whether there is such a key."""
        ...

    async def used(self, times: Mapping[str, float]) -> None:
        """When keys were last used, many at a time; never moves back."""
        ...


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """A user's grant at a provider. `sealed` holds the tokens and opens only for this provider, user and version.

    `scopes` are those that were granted; `expires_at` is the access token's end; `reason` says why it needs its user.
    """

    id: str
    provider: str
    user: str
    status: Status
    scopes: tuple[str, ...] = ()
    sealed: bytes = b""
    version: int = 1
    expires_at: float | None = None
    created_at: float = 0.0
    updated_at: float = 0.0
    reason: str = ""

    @property
    def bound(self) -> bytes:
        """What `sealed` is bound to in the vault: moved to another row, or to another version, it does not open."""
        return msgspec.json.encode(["connection", self.provider, self.user, self.version])


class Connections(Protocol):
    async def get(self, which: str) -> Connection | None: ...
    async def find(self, provider: str, user: str) -> Connection | None: ...

    async def every(
        self, *, user: str | None = None, provider: str | None = None, after: str = "", most: int = 100
    ) -> Sequence[Connection]:
        """In the order of their ids, from behind `after`."""
        ...

    async def counted(self) -> Mapping[tuple[str, Status], int]:
        """How many there are, by provider and status."""
        ...

    async def add(self, connection: Connection) -> bool:
        """False where that user has one at that provider already."""
        ...

    async def replace(self, connection: Connection, version: int) -> bool:
        """Compare and swap: False, and nothing done, unless the one that is there still has `version`."""
        ...

    async def reseal(self, changes: Sequence[tuple[str, int, bytes]]) -> int:
        """Puts what was sealed anew in the place of what was sealed before: id, version, and the new record.

        Leaves alone what has another version by now, and of the rest everything but the record: whoever has claimed
        it goes on, and what he writes replaces this. Tells how many were changed.
        """
        ...

    async def claim(self, which: str, version: int, owner: str, now: float, until: float) -> bool:
        """Whether `owner` alone may renew this version until then; who has it already may ask again.

        A claim ends with `until`, with `release`, and when the connection is replaced.
        """
        ...

    async def release(self, which: str, owner: str) -> None:
        """Ends the owner's claim, if he has it still."""
        ...

    async def remove(self, which: str) -> bool: ...


class Tickets(Protocol):
    """What may be shown once: links to connect, the state of a flow. Found by a digest, never by the secret itself."""

    async def put(self, kind: str, digest: bytes, payload: bytes, until: float) -> None: ...
    async def read(self, kind: str, digest: bytes, now: float) -> bytes | None: ...

    async def take(self, kind: str, digest: bytes, now: float) -> bytes | None:
        """Gives it to exactly one, whoever asks at the same time."""
        ...


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what, when, from where. `detail` holds no secrets."""

    at: float
    who: str
    action: str
    target: str
    address: str = ""
    correlation_id: str = ""
    detail: Mapping[str, Any] = {}


class Audit(Protocol):
    """Only ever grows."""

    async def note(self, entry: Entry) -> None: ...

    async def every(self, *, since: float = 0.0, action: str = "", most: int = 100) -> Sequence[Entry]:
        """The newest first; `action` is how it begins."""
        ...


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to somebody's server; `due_at` is when to try next, `tries` how often it was tried."""

    id: str
    url: str
    body: bytes
    due_at: float
    tries: int = 0


class Outbox(Protocol):
    """Events that have to arrive at least once."""

    async def put(self, delivery: Delivery) -> None: ...

    async def due(self, now: float, until: float, most: int = 20) -> Sequence[Delivery]:
        """What is to be sent now, which nobody else is given before `until`."""
        ...

    async def later(self, which: str, due_at: float) -> None:
        """It did not arrive; counts the try."""
        ...

    async def done(self, which: str) -> None: ...


By = Literal["integration", "endpoint", "caller", "day"]
NAMES_OF: Mapping[By, tuple[str, ...]] = {
    "integration": ("integration",),
    "endpoint": ("integration", "endpoint"),
    "caller": ("caller",),
    "day": ("day",),
}
"""What costs are added up by, and the fields that tell one sum from another, the currency apart."""


class Charge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What vendors charged: `amount` in billionths of `currency`, for so many `calls`.

    `day` is of UTC, such as 2026-05-04. What a sum is not by is empty.
    """

    currency: str
    amount: int
    calls: int = 1
    day: str = ""
    integration: str = ""
    endpoint: str = ""
    caller: str = ""


class Ledger(Protocol):
    """What vendors charged, by day, integration, endpoint and caller."""

    def book(self, charge: Charge) -> None:
        """Returns at once; it is written a little later, together with others."""
        ...

    async def totals(self, since: str, by: By, integration: str = "") -> Sequence[Charge]:
        """The sums since that day, of all integrations or of one; what this process has not written yet is in it."""
        ...


class Stored(Protocol):
    """The whole store of one gateway; all replicas have the same."""

    @property
    def keys(self) -> Keys: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def tickets(self) -> Tickets: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def ledger(self) -> Ledger: ...


def address(url: str) -> str:
    """Where it is stored, with the driver that this gateway uses; raises ValueError for any other database."""
    kind, separator, rest = url.partition("://")
    if not separator or kind not in _DRIVERS:
        raise ValueError("expected `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`")
    return f"{_DRIVERS[kind]}://{rest}"
