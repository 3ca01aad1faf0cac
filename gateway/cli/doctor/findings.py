"""One thing that was looked at: how it is, and what helps."""

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """`helps` says what to do where it is not `ok`."""

    level: Literal["ok", "warn", "fail"]
    what: str
    helps: str = ""


def ok(what: str) -> Finding:
    return Finding("ok", what)


def warn(what: str, helps: str) -> Finding:
    return Finding("warn", what, helps)


def fail(what: str, helps: str) -> Finding:
    return Finding("fail", what, helps)
