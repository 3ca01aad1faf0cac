"""What a key may do: globs over endpoints, and the words `admin`, `metrics` and `act-as`."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

ACT_AS, ADMIN, METRICS = "act-as", "admin", "metrics"
WORDS = frozenset({ACT_AS, ADMIN, METRICS})


class Scopes:
    """Those of one key; which endpoints they reach is worked out once for each."""

    __slots__ = ("_known", "_patterns", "words")

    def __init__(self, written: Iterable[str]) -> None:
        given = tuple(written)
        self.words = frozenset(given) & WORDS
        self._patterns = tuple(one for one in given if one not in WORDS)
        self._known: dict[str, bool] = {}

    def reach(self, endpoint: str) -> bool:
        """`endpoint` as `integration.endpoint`, or `integration.native` for a mount: of both there are few."""
        known = self._known.get(endpoint)
        if known is None:
            known = self._known[endpoint] = any(fnmatchcase(endpoint, pattern) for pattern in self._patterns)
        return known


def problem_of(scope: str) -> str | None:
    """What is wrong with a scope as somebody wrote it; None for a good one."""
    if scope in WORDS:
        return None
    parts = scope.split(".")
    if scope == "*" or (len(parts) == 2 and all(_part(part) for part in parts)):  # noqa: PLR2004
        return None
    words = ", ".join(f"`{word}`" for word in sorted(WORDS))
    return f"`{scope}` is no scope: write `*`, `integration.*`, `integration.endpoint`, or one of {words}"


def _part(text: str) -> bool:
    return bool(text) and all(sign.isalnum() or sign in "-_*?" for sign in text)
