"""Examples have to be what their schemas declare: documents show them, and stubs answer with them."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from gateway.diagnostics import Problem
from gateway.loading.compiling import Checker
from gateway.loading.source import Source
from gateway.loading.tree import Keys


def example_problems(
    endpoint: Mapping[str, Any], path: Keys, body: Checker | None, answers: list[Checker], source: Source
) -> Iterator[Problem]:
    """`answers` are those of the successful answers that have a schema: an example fits one of them."""
    examples = endpoint.get("examples")
    if not isinstance(examples, dict):
        return
    if body is not None and "body" in examples:
        yield from _unfit(examples["body"], [body], (*path, "examples", "body"), source)
    mapping = endpoint.get("reply")
    selected = isinstance(mapping, dict) and mapping.get("select") is not None  # the example may be the vendor's then
    if answers and "reply" in examples and not selected:
        yield from _unfit(examples["reply"], answers, (*path, "examples", "reply"), source)


def _unfit(example: Any, checkers: list[Checker], path: Keys, source: Source) -> Iterator[Problem]:
    if any(checker.is_valid(example) for checker in checkers):
        return
    error = next(iter(checkers[0].iter_errors(example)))
    where = tuple(error.instance_path)
    hint = "documents and stubs would show what no caller can get" if path[-1] == "reply" else ""
    message = f"the example `{path[-1]}` does not fit its own schema: {reason_of(error)}"
    yield source.problem("GW217", (*path, *where), message, hint=hint)


def reason_of(error: jsonschema_rs.ValidationError) -> str:
    """Of a whole example only the beginning."""
    message = error.message
    return message if len(message) <= 200 else f"{message[:200]}…"  # noqa: PLR2004 - about two lines
