"""Lets Schemathesis loose on a schema: every check, every phase; what it finds comes back as text."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events
from schemathesis.engine.run import PhaseName

from tests.contract.requested import Asked

ROOT = Path(__file__).parent.parent.parent
STUBBED = {"INTEGRATIONS_STUB_MODE": "true", "RATE_LIMIT_PER_MINUTE": "100000000"}
"""Nobody is asked outside, and nobody's quota is used up."""

PHASES = frozenset({PhaseName.EXAMPLES, PhaseName.COVERAGE, PhaseName.FUZZING, PhaseName.STATEFUL_TESTING})

_TIME = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")
_KEY = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")


class Failure(msgspec.Struct, frozen=True):
    """What a check has found wrong, in words, and with which request; `check` is empty for a run that broke off."""

    text: str
    check: str = ""
    asked: Asked | None = None


class Found(msgspec.Struct):
    """What a run has done: what failed, phases that went through, operations that were called, what they answered."""

    failures: list[Failure] = []
    phases: set[PhaseName] = set()
    operations: set[str] = set()
    cases: int = 0
    answers: list[Any] = []


def config(*, examples: int, seed: int, directory: Path, **options: Any) -> SchemathesisConfig:
    """The same requests every time; nothing is switched off and nothing is kept for the next run."""
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            "cache": {"enabled": False, "directory": str(directory)},
            "generation": {"max-examples": examples, "no-shrink": True, "database": "none"},
            **options,
        }
    )


def exercise(schema: Any) -> Found:
    found = Found()
    schemathesis.hook("before_call")(_as_callers_do)  # there are no such hooks of a schema's own
    try:
        _run(schema, found)
    finally:
        schemathesis.hooks.unregister(_as_callers_do)
    return found


def _run(schema: Any, found: Found) -> None:
    for event in engine.from_schema(schema).execute():
        match event:
            case events.PhaseFinished(phase=phase, status=Status.SUCCESS):
                found.phases.add(phase.name)
            case events.NonFatalError(label=label, value=error):
                found.failures.append(Failure(f"{label}: {error}"))
            case events.FatalError(exception=error):
                found.failures.append(Failure(str(error)))
            case events.ScenarioFinished():
                _note(found, event)


def _as_callers_do(_: Any, case: Any, __: Any) -> None:
    """Time enough where any is given at all, and a new key for each request: what is no time or no key stays."""
    for name, value in (case.headers or {}).items():
        if name == "X-Request-Timeout" and _TIME.fullmatch(str(value)) and float(value) > 0:
            case.headers[name] = str(max(float(value), 60.0))
        elif name == "Idempotency-Key" and _KEY.fullmatch(str(value)):
            case.headers[name] = str(uuid4())


def _note(found: Found, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    found.cases += len(recorder.cases)
    found.operations.update(node.value.operation.label for node in recorder.cases.values())
    found.failures += _failures(recorder)
    found.answers += [one.response for one in recorder.interactions.values() if one.response is not None]


def _failures(recorder: Any) -> Iterator[Failure]:
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                asked = recorder.interactions[case]
                said = asked.response.content[:400] if asked.response is not None else b"nothing"
                one = asked_of(asked.request)
                body = "" if one.body is None else f" {one.body[:400]!r}"
                text = f"{check.name}: {check.failure_info.failure}\n  {one.method} {one.path[:400]}{body}\n  {said!r}"
                yield Failure(text, check.name, one)


def asked_of(request: Any) -> Asked:
    """From a recorded or a prepared request."""
    address = urlsplit(getattr(request, "uri", None) or request.url)
    path = f"{address.path}?{address.query}" if address.query else address.path
    fields = {name.lower(): _first(value) for name, value in request.headers.items()}
    return Asked(request.method, path, fields, request.body)


def _first(value: Any) -> str:
    return str(value[0]) if isinstance(value, list) else value.decode("latin-1") if isinstance(value, bytes) else value
