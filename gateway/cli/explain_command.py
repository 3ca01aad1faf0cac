"""`gateway explain ENDPOINT`: its pipeline in order, where each value comes from, the longest wait, repeats."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from gateway.cli import config_option
from gateway.cli.compiling import PUBLIC_URL, Compiled, compiled_or_exit
from gateway.cli.reporting import refuse
from gateway.declared import Operation
from gateway.plan import Plan
from gateway.units import Duration, Percentage, Secret

_OF_SLOT = {"deadline": "timeout", "classify": "errors", "send": "stub"}
"""Slots that are not named for the policy that fills them."""


@click.command("explain")
@click.argument("endpoint")
@config_option
def command(endpoint: str, config: str) -> None:
    """Show what ENDPOINT, such as twilio.send_message, does with a request."""
    result = compiled_or_exit(Path(config))
    found = [plan for plan in result.plans.endpoints if plan.operation.id == endpoint]
    if not found:
        refuse(f"there is no endpoint {endpoint!r}; `gateway routes` lists them")
    click.echo("\n".join(_lines(found[0], result)))


def _lines(plan: Plan, result: Compiled) -> Iterator[str]:
    operation = plan.operation
    yield f"{operation.id}  {operation.summary}".rstrip()
    yield f"  callers   {operation.method} {operation.route}"
    yield f"  vendor    {operation.upstream_method} {operation.base_url}{operation.upstream}"
    yield ""
    yield "  stages, outermost first"
    for slot, _ in plan.stages:
        yield f"    {slot:<12}{_settings(slot, plan)}".rstrip()
        yield from _origins(slot, plan, result)
    if not plan.stubbed:
        yield f"    {'send':<12}{operation.base_url}"
    yield ""
    yield f"  longest wait  {_seconds(_total(plan))}, everything included"
    yield f"  repeats       {_repeats(plan)}"
    yield f"  try it        {_curl(operation)}"


def _settings(slot: str, plan: Plan) -> str:
    chosen = plan.policies.get(_OF_SLOT.get(slot, slot))
    if chosen is None or not isinstance(chosen.settings, msgspec.Struct):
        return ""
    return ", ".join(f"{name} {_shown(value)}" for name, value in _fields(chosen.settings))


def _fields(settings: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    for name in settings.__struct_fields__:
        value = getattr(settings, name)
        if value not in (None, msgspec.UNSET, ()):
            yield name, value


def _origins(slot: str, plan: Plan, result: Compiled) -> Iterator[str]:
    """The line of each value that somebody wrote; what is not listed is a built-in default."""
    name = _OF_SLOT.get(slot, slot)
    chosen = plan.policies.get(name)
    if chosen is None or slot == "classify" or not isinstance(chosen.settings, msgspec.Struct):
        return
    operation, source = plan.operation, result.loaded.source
    written = []
    for field in chosen.settings.__struct_fields__:
        place = source.origin(operation.integration, operation.name, (name, field))
        if place is not None:
            written.append(f"{field} {place.file}:{place.line}")
    if written:
        yield f"    {'':<12}  from {', '.join(written)}"


def _total(plan: Plan) -> float:
    timeout = plan.policies.get("timeout")
    return float(timeout.settings.total) if timeout else 20.0


def _repeats(plan: Plan) -> str:
    retry = plan.policies.get("retry")
    operation = plan.operation
    if retry is None or retry.settings.attempts == 1:
        return "nothing is sent twice"
    when = ", ".join(str(reason) for reason in retry.settings.when)
    times = f"up to {retry.settings.attempts} attempts on {when}"
    if operation.safe:
        return f"{times}: {operation.upstream_method} may be repeated"
    if retry.settings.unsafe == "known_unprocessed":
        return "only what was never sent or was answered with 429: this write must not happen twice"
    if retry.settings.unsafe == "with_idempotency_key":
        return f"{times}, where the caller sent an Idempotency-Key"
    return f"nothing is sent twice: a {operation.upstream_method} may have been acted upon"


def _curl(operation: Operation) -> str:
    parts = ["curl"]
    if operation.method != "GET":
        parts += ["-X", operation.method]
    body = operation.examples.get("body") if operation.examples else None
    if body is not None:
        parts += ["-H", "Content-Type: application/json", "-d", msgspec.json.encode(body).decode()]
    return " ".join(shlex.quote(part) for part in [*parts, PUBLIC_URL + operation.route])


def _shown(value: Any) -> str:
    if isinstance(value, Secret):
        return "<secret>"
    if isinstance(value, Duration):
        return _seconds(value)
    if isinstance(value, Percentage):
        return f"{value:.0%}"
    if isinstance(value, tuple):
        return "[" + ", ".join(str(item) for item in value) + "]"
    if isinstance(value, msgspec.Struct):
        return "{" + ", ".join(f"{name} {_shown(inner)}" for name, inner in _fields(value)) + "}"
    return str(value)


def _seconds(value: float) -> str:
    return f"{value:g}s" if value >= 1 or value == 0 else f"{value * 1000:g}ms"
