"""The levels of the file, and which of them speak about a policy: defaults, profiles, integration, endpoint."""

from collections.abc import Iterator
from typing import Any

from gateway.loading.tree import Keys

ABSENT: Any = object()
"""Not written; `null` is written, and says something."""


MOST_PROFILES = 50
"""That one level takes over."""


class Levels:
    """Looks up what a level says; tolerates whatever else stands in the file."""

    def __init__(self, data: Any, prepended: frozenset[str]) -> None:
        self._data = data
        self._prepended = prepended

    def of(self, integration: str, endpoint: str | None) -> list[Keys]:
        """The paths of the levels that an endpoint, or else an integration, takes over, most specific first."""
        base: Keys = ("integrations", integration)
        found: list[Keys] = []
        if endpoint is not None:
            own = (*base, "endpoints", endpoint)
            found = [own, *self._profiles(own)]
        return [*found, base, *self._profiles(base), ("defaults",)]

    def own(self, level: Keys) -> list[dict[str, Any]]:
        """What the level and the profiles that it extends say."""
        found = (self.value(where, ()) for where in (level, *self._profiles(level)))
        return [value for value in found if isinstance(value, dict)]

    def value(self, level: Keys, path: Keys) -> Any:
        found = self._data
        for key in (*level, *path):
            if isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            else:
                found = found.get(key, ABSENT) if isinstance(found, dict) else ABSENT
        return found

    def mentions(self, integration: str, endpoint: str | None, policy: str) -> Iterator[tuple[Keys, Any]]:
        """What the levels say about a policy, most specific first, up to the one that says `null`."""
        for level in self.of(integration, endpoint):
            value = self.value(level, (policy,))
            if value is not ABSENT:
                yield (*level, policy), value
            if value is None:
                return

    def origin(self, integration: str, endpoint: str | None, path: Keys) -> Keys | None:
        policy, *rest = path
        if policy in self._prepended and rest and isinstance(rest[0], int):
            return self._origin_in_lists(integration, endpoint, str(policy), rest[0], tuple(rest[1:]))
        for where, value in self.mentions(integration, endpoint, str(policy)):
            if value is not None and self.value(where, tuple(rest)) is not ABSENT:
                return (*where, *rest)
        return None

    def _origin_in_lists(
        self, integration: str, endpoint: str | None, policy: str, index: int, rest: Keys
    ) -> Keys | None:
        for where, value in self.mentions(integration, endpoint, policy):
            if not isinstance(value, list):
                continue
            if index < len(value):
                return (*where, index, *rest)
            index -= len(value)
        return None

    def _profiles(self, level: Keys) -> list[Keys]:
        """Later profiles win over earlier ones."""
        names = self.value(level, ("extends",))
        return (
            [("profiles", name) for name in reversed(names[:MOST_PROFILES]) if isinstance(name, str)]
            if isinstance(names, list)
            else []
        )
