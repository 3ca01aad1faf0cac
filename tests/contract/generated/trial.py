"""One config held against its own document: whatever is found wrong comes back as text."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec
import schemathesis
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.app import Application
from gateway.diagnostics import InvalidConfig, render_concise
from gateway.launch import Launch
from gateway.web.generation import Asgi
from tests.contract.asking import ask
from tests.contract.documented import items_at, operation_at, undocumented
from tests.contract.exercise import STUBBED, Failure, Found, asked_of, config, exercise
from tests.contract.generated.imported import write_imported
from tests.contract.generated.one_loop import OneLoop
from tests.contract.generated.twists import twisted
from tests.contract.requested import Asked, allowed

BASE = "http://127.0.0.1:8000"
ENVIRON = {**STUBBED, "KEY": "k-1", "USER_NAME": "ann", "PASSWORD": "p w"}
PATIENT = {"not_a_server_error", "positive_data_acceptance", "negative_data_rejection", "missing_required_header"}
"""Checks that hold only where nothing but the request decides what becomes of it."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A config and how it is tried: `calm` where every well-formed request has to succeed; `examples` an operation.

    `imported`: what is tried is the import of its document. `again` is the command that tries it once more.
    """

    name: str
    text: str
    seed: int = 1
    calm: bool = True
    examples: int = 5
    imported: bool = False
    again: str = ""


def told(trial: Trial, wrong: Sequence[str]) -> str:
    """The findings with their config and the way to have them again."""
    return "\n".join([f"{trial.name}:", trial.text, *dict.fromkeys(wrong), trial.again])


def tried(trial: Trial) -> list[str]:
    """The findings, without a trace."""
    with tempfile.TemporaryDirectory() as folder:
        return findings(trial, Path(folder))


def findings(trial: Trial, folder: Path) -> list[str]:
    """Loads the config, validates its document, and lets Schemathesis loose on it; `folder` is for its files."""
    path = folder / "integrations.yaml"
    path.write_text(trial.text)
    environ = ENVIRON if trial.calm else {**ENVIRON, "RATE_LIMIT_PER_MINUTE": ""}
    launch = Launch(config=path, environ=environ, public_url=BASE)
    try:
        application = Application(launch)
        if trial.imported:
            write_imported(path, ask(application, "GET", "/openapi.json").json())
            application = Application(launch)
    except InvalidConfig as refused:
        return [f"refused: {render_concise(problem)}" for problem in refused.problems if problem.severity == "error"]
    looped = OneLoop(application)
    try:
        return [*held(looped, trial, folder)]
    finally:
        looped.close()


def held(application: Asgi, trial: Trial, folder: Path) -> Iterator[str]:
    """What is wrong with an application that serves the trial's config."""
    checks = {} if trial.calm else {name: {"enabled": False} for name in PATIENT}
    more = {"base-url": BASE, "checks": checks}
    settings = config(examples=trial.examples, seed=trial.seed, directory=folder, **more)
    schema = schemathesis.openapi.from_asgi(
        "/openapi.json", application, config=settings, headers={"Host": "localhost"}
    )
    document = schema.raw_schema
    yield from (f"document: {error}" for error in OpenAPIV31SpecValidator(document).iter_errors())
    found = exercise(schema)
    yield from (failure.text for failure in found.failures if not _mistaken(document, failure))
    yield from _untold(document, found)
    yield from twisted(application, document, _of_each(document, found), BASE)


def _of_each(document: Mapping[str, Any], found: Found) -> list[Asked]:
    """The shortest request of each operation that was answered as it hoped, else the shortest."""
    best: dict[str, tuple[tuple[bool, int], Asked]] = {}
    for answer in found.answers:
        one = asked_of(answer.request)
        told = operation_at(document, one.method, one.path)
        if told is not None and told[1].get("operationId"):
            rank = (answer.status_code >= 400, len(one.path) + len(one.body or b""))
            name = f"{one.method} {told[1]['operationId']}"
            best[name] = min((rank, one), best.get(name, (rank, one)), key=lambda each: each[0])
    return [one for _, one in best.values()]


def _mistaken(document: Mapping[str, Any], failure: Failure) -> bool:
    """Whether Schemathesis errs: takes a forbidden request for an allowed one, or the other way round.

    Or forgets that a path which fits two templates has the methods of both.
    """
    asked = failure.asked
    if asked is None:
        return False
    if failure.check in {"allow_header_conformance", "unsupported_method"}:
        return len([*items_at(document, asked.path)]) > 1
    if failure.check in {"positive_data_acceptance", "negative_data_rejection"}:
        return allowed(document, asked) != (failure.check == "positive_data_acceptance")
    return False


def _untold(document: Mapping[str, Any], found: Found) -> Iterator[str]:
    for asked in found.answers:
        method, path = asked.request.method, asked.request.url.removeprefix(BASE)
        fields = [(name, value) for name, values in asked.headers.items() for value in values]
        answer = httpx.Response(asked.status_code, content=asked.content)
        answer.headers = httpx.Headers(fields)  # the body is unpacked already
        for wrong in undocumented(document, method, path, answer):
            if wrong != "no such operation":
                yield f"untold: {wrong}\n  {method} {path} → {asked.status_code}\n {asked.content[:300]}"
