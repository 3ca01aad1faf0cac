"""Lets Schemathesis loose on a schema: every check, every phase; what it finds comes back as text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events
from schemathesis.engine.run import PhaseName

ROOT = Path(__file__).parent.parent.parent
STUBBED = {"INTEGRATIONS_STUB_MODE": "true", "RATE_LIMIT_PER_MINUTE": "100000000"}
"""Nobody is asked outside, and nobody's quota is used up."""

PHASES = frozenset({PhaseName.EXAMPLES, PhaseName.COVERAGE, PhaseName.FUZZING, PhaseName.STATEFUL_TESTING})


class Found(msgspec.Struct):
    """What a run has done: failures in words, phases that went through, operations that were called."""

    failures: list[str] = []
    phases: set[PhaseName] = set()
    operations: set[str] = set()
    cases: int = 0


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
    for event in engine.from_schema(schema).execute():
        match event:
            case events.PhaseFinished(phase=phase, status=Status.SUCCESS):
                found.phases.add(phase.name)
            case events.NonFatalError(label=label, value=error):
                found.failures.append(f"{label}: {error}")
            case events.FatalError(exception=error):
                found.failures.append(str(error))
            case events.ScenarioFinished():
                _note(found, event)
    return found


def _note(found: Found, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    found.cases += len(recorder.cases)
    found.operations.update(node.value.operation.label for node in recorder.cases.values())
    found.failures += _failures(recorder)


def _failures(recorder: Any) -> Iterator[str]:
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                asked = recorder.interactions[case]
                said = asked.response.content[:400] if asked.response is not None else b"nothing"
                request = f"{asked.request.method} {asked.request.uri[:400]}"
                yield f"{check.name}: {check.failure_info.failure}\n  {request}\n  {said!r}"
