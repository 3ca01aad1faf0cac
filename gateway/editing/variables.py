"""The environment variables that a config refers to, and the file that lists them: `.env.example`."""

import re
from collections.abc import Iterable

import msgspec

from gateway.loading.tree import Keys

_REFERENCE = re.compile(r"\$\$\{|\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_LISTED = re.compile(r"^\s*(?:#\s*)?(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=", re.MULTILINE)

HEADER = """\
# What integrations.yaml takes from the environment. Copy this file to .env and fill it in; the gateway reads the
# environment only, so load it before you start one:  set -a; . ./.env; set +a
# A line that begins with `#` has a default, which is the value that it shows.
"""


class Variable(msgspec.Struct, frozen=True):
    """`default` is None where it has to be set."""

    name: str
    default: str | None


def variables(references: Iterable[tuple[Keys, str]]) -> tuple[Variable, ...]:
    """Each once, in the order of the file; one that has no default somewhere has to be set."""
    found: dict[str, str | None] = {}
    for _, text in references:
        for name, default in ((one[1], one[2]) for one in _REFERENCE.finditer(text) if one[1]):
            found[name] = default if found.get(name, default) is not None else None
    return tuple(Variable(name, default) for name, default in found.items())


def with_variables(listed: str, title: str, wanted: Iterable[Variable]) -> str:
    """The text of an `.env.example` with those that it does not list yet at its end, below a comment."""
    known = set(_LISTED.findall(listed))
    missing = [_line(one) for one in wanted if one.name not in known]
    if not missing:
        return listed
    end = "\r\n" if "\r\n" in listed else "\n"
    gap = "" if not listed or listed.endswith("\n") else end
    return listed + gap + end.join(["", f"# {title}", *missing, ""])


def _line(variable: Variable) -> str:
    return f"{variable.name}=" if variable.default is None else f"# {variable.name}={variable.default}"
