"""What is settled when the gateway starts: a reload that would change it is refused."""

from collections.abc import Iterator

from gateway.diagnostics import Problem
from gateway.launch import remembers
from gateway.loading import Loaded
from gateway.registry import Registry

_MOVED = "`shared_state` is settled when the gateway starts, since what it counts lies there"
_STORED = "the database is opened when the gateway starts, and this config needs one that is not open"
_RESTART = "restart it; the rest of the file is taken over then too"


def settled(before: Loaded, after: Loaded, registry: Registry, *, stubbed: bool) -> Iterator[Problem]:
    """The problems of taking over `after` in place of `before`."""
    old, new = before.config.server, after.config.server
    if new.shared_state != old.shared_state:
        yield after.source.problem("GW117", ("server", "shared_state"), _MOVED, hint=_RESTART)
    opened = remembers(before, registry, stubbed=stubbed) and (new.storage, new.storage_read) == (
        old.storage,
        old.storage_read,
    )
    if remembers(after, registry, stubbed=stubbed) and not opened:
        yield after.source.problem("GW117", ("server", "storage"), _STORED, hint=_RESTART)
