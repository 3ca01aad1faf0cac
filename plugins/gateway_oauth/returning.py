"""Where a user may be sent once an account is connected: listed addresses, and nothing that only looks like one."""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

LONGEST = 2048
_PLAIN = re.compile(r"https?://[!-~]+")
"""No space, no control character, nothing beyond ASCII; browsers drop or fold these, and Python does not."""
_ODD = re.compile(r"[\\\"<>^`{|}]|%(?![0-9A-Fa-f]{2})|%(?:2[ef]|5c|0[0-9a-f]|1[0-9a-f])", re.IGNORECASE)
"""What browsers mend before they go there, and dots and slashes in disguise."""


def may_return(target: str, listed: Iterable[str]) -> bool:
    """Whether it is a listed address, or lies below one: same origin, same path or a deeper one, any query."""
    if len(target) > LONGEST or not _PLAIN.fullmatch(target) or _ODD.search(target.partition("?")[0]):
        return False
    wanted = _split(target)
    if wanted is None or "@" in wanted.netloc or {"..", "."} & {*wanted.path.split("/")}:
        return False
    return any(_below(wanted, known) for known in map(_split, listed) if known is not None)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname else None


def _below(wanted: SplitResult, known: SplitResult) -> bool:
    if _origin(wanted) != _origin(known):
        return False
    path = known.path.rstrip("/")
    return not path or wanted.path == known.path or f"{wanted.path}/".startswith(f"{path}/")


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
