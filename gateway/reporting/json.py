"""Every problem of all files as one JSON object, for programs of one's own."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from gateway.diagnostics import Problem, one_line
from gateway.reporting.found import Found
from gateway.reporting.text import help_of


def render_json(found: Sequence[Found]) -> str:
    """`{files, problems, summary}`; columns count characters from 1, `end_column` is the first one after."""
    document = {
        "files": [{"file": one.file, **_counted([one])} for one in found],
        "problems": [_problem(problem) for one in found for problem in one.problems],
        "summary": _counted(found),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _problem(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_column": place.column + place.length,
        "message": one_line(problem.message),
        "hint": problem.hint,
        "allowed": problem.allowed,
        "help": help_of(problem.code),
    }


def _counted(found: Iterable[Found]) -> dict[str, int | None]:
    """Integrations and endpoints are null where a file could not be read so far."""
    files = tuple(found)
    sizes = [one.size for one in files if one.size is not None]
    whole = len(sizes) == len(files)
    return {
        "integrations": sum(size.integrations for size in sizes) if whole else None,
        "endpoints": sum(size.endpoints for size in sizes) if whole else None,
        "errors": sum(one.errors for one in files),
        "warnings": sum(one.warnings for one in files),
        "milliseconds": sum(one.milliseconds for one in files),
    }
