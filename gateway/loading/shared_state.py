"""Whether `server.shared_state` is an address that can be used; a password in it is never shown."""

from collections.abc import Iterator
from typing import Any

from gateway.diagnostics import Problem
from gateway.loading.source import Source
from gateway.loading.tree import Keys
from gateway.sharing import MEMORY, read_address

PATH: Keys = ("server", "shared_state")


def shared_state_problems(data: Any, source: Source) -> Iterator[Problem]:
    """Changes `data` in place: what is told here is not told again."""
    server = data.get("server") if isinstance(data, dict) else None
    written = server.get("shared_state") if isinstance(server, dict) else None
    if not isinstance(written, str) or written == MEMORY or source.is_unset(PATH):
        return
    try:
        read_address(written)
    except ValueError as wrong:
        del server["shared_state"]  # type: ignore[union-attr]  # it is a dict, since something was written in it
        if "@" in written or "=" in written:
            source.hide(PATH)
        yield source.problem("GW109", PATH, str(wrong))
