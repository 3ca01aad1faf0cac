"""What a command that looks at many things says of each: how it is, and what helps."""

from collections.abc import Iterable
from typing import Literal

import click
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


def tell(findings: Iterable[Finding], *, as_json: bool) -> int:
    """Each as soon as it is known, or all as one JSON value. Gives the exit code: 1 if anything fails."""
    found: list[Finding] = []
    for finding in findings:
        found.append(finding)
        if not as_json:
            helps = f" – {finding.helps}" if finding.helps else ""  # noqa: RUF001 - a dash is meant
            click.echo(f"{finding.level:<4}  {finding.what}{helps}")
    failed = any(finding.level == "fail" for finding in found)
    if as_json:
        click.echo(msgspec.json.encode({"ok": not failed, "findings": found}))
    return 1 if failed else 0
