"""One thing that was looked at: how it is, and what helps."""

from collections.abc import Iterator, Mapping
from pathlib import Path
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


def examined(config: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """From what everything stands on to what stands on it; a failure does not keep the rest from being looked at."""
    from gateway.cli.doctor.configuration import configuration
    from gateway.cli.doctor.installation import installation
    from gateway.cli.doctor.machine import machine
    from gateway.cli.doctor.switches import switches

    yield from installation()
    yield from switches(environ)
    server = yield from configuration(config, environ)
    yield from machine(server, environ)
