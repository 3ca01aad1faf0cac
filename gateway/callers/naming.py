"""Names of callers and users: no two kinds share one, whatever an identity provider or an application calls its own.

    gwk_live_…        a key, and whatever it does for itself
    web-app           an application, as its tokens say
    user:alice        a user whose token names no application
    alice             a user for whom somebody acts

A name that would be taken for one of another kind has its own kind before it: `user:gwk_live_…`, `app:user:alice`.
"""

_KEY, _USER, _APPLICATION = "gwk_", "user:", "app:"


def user_named(name: str) -> str:
    """A user for whom somebody acts; a key acts for itself under its id."""
    return _apart(name, _USER, (_KEY,))


def application_named(name: str) -> str:
    return _apart(name, _APPLICATION, (_KEY, _USER))


def user_alone(user: str) -> str:
    """Who asks, where the user's token names no application."""
    return _USER + user


def _apart(name: str, kind: str, others: tuple[str, ...]) -> str:
    """Also what looks like the outcome already has it once more, so that no two names become one."""
    bare = name
    while bare.startswith(kind) and not bare.startswith(others):
        bare = bare.removeprefix(kind)
    return kind + name if bare.startswith(others) else name
