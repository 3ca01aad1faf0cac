"""Problems as SARIF 2.1.0, which code scanning and editors read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from gateway.diagnostics import CODES, Problem, one_line, severity_of
from gateway.explanations import diagnostic_page
from gateway.reporting.text import help_of

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(problems: Iterable[Problem], version: str) -> str:
    """One run with every rule there is; `version` is that of the gateway."""
    driver = {"name": "gateway", "version": version, "rules": [_rule(code) for code in CODES]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem) for problem in problems],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _rule(code: str) -> dict[str, Any]:
    page = diagnostic_page(code)
    return {
        "id": code,
        "shortDescription": {"text": CODES[code]},
        "help": {"text": help_of(code), **({"markdown": page.text} if page is not None else {})},
        "defaultConfiguration": {"level": severity_of(code)},
    }


def _result(problem: Problem) -> dict[str, Any]:
    place = problem.place
    region = {"startLine": place.line, "startColumn": place.column, "endColumn": place.column + place.length}
    hint = f" ({problem.hint})" if problem.hint else ""
    return {
        "ruleId": problem.code,
        "ruleIndex": list(CODES).index(problem.code),
        "level": problem.severity,
        "message": {"text": one_line(problem.message) + hint},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}}],
    }


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
