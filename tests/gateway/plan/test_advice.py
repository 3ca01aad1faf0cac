"""What is legal and never happens is told: repeats of writes, error rules behind wider ones."""

from pathlib import Path
from textwrap import dedent, indent

import pytest

from gateway.diagnostics import render_concise
from gateway.loading import load
from gateway.plan import Flags, compile_plans
from gateway.plan.keeper import Keeper, system_kit
from gateway.registry import discover

HEAD = """\
version: 1
integrations:
  crm:
    base_url: https://crm.example
"""
FIRST = 5
"""The line of the file on which a test's own text begins."""


def told(folder: Path, text: str) -> list[str]:
    path = folder / "integrations.yaml"
    path.write_text(HEAD + indent(dedent(text), "    "))
    registry = discover()
    loaded = load(path, registry, {}, lenient_secrets=True)
    plans = compile_plans(loaded, registry, system_kit(Keeper(), {}), Flags(), "http://localhost:8000")
    return [render_concise(problem).removeprefix(f"{path}:") for problem in plans.warnings]


def test_a_retry_at_a_write_that_never_repeats_is_told(tmp_path: Path) -> None:
    (warning,) = told(tmp_path, "endpoints: {create: {route: POST /things, retry: {attempts: 3}}}")

    assert warning.startswith("5:47: warning[GW307]: `retry` of `crm.create` never happens: a POST")


@pytest.mark.parametrize(
    "endpoint",
    [
        '{route: "PUT /things/{id}", retry: {attempts: 3}}',
        "{route: POST /things, idempotent: true, retry: {attempts: 3}}",
        "{route: POST /things, retry: {unsafe: known_unprocessed}}",
        "{route: POST /things, retry: {unsafe: with_idempotency_key, when: [timeout]}}",
        "{route: POST /things, retry: {attempts: 1}}",
        "{route: POST /things}",
    ],
)
def test_a_retry_that_can_happen_or_is_only_inherited_is_not(tmp_path: Path, endpoint: str) -> None:
    assert told(tmp_path, f"retry: {{attempts: 3}}\nendpoints: {{one: {endpoint}}}") == []


def test_a_reason_after_which_a_write_is_never_repeated_is_told_at_the_reason(tmp_path: Path) -> None:
    endpoint = "{route: POST /things, retry: {unsafe: known_unprocessed, when: [connect, timeout]}}"

    (warning,) = told(tmp_path, f"endpoints:\n  create: {endpoint}")

    assert "warning[GW307]: `crm.create` is never repeated after `timeout`" in warning


RULE = "{{when: {{{when}}}, slug: a-slug, status: 422, title: T}}"


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("status: 404", "status: 404"),
        ("status: 4xx", "status: [404, 409]"),
        ("status: [404, 409]", "status: 409"),
        ("status: 400", "status: 400, body: {code: 1}"),
        ("status: 400, body: {code: [1, 2]}", "status: 400, body: {code: 2, kind: x}"),
        ("header: {x-kind: a}", "status: 500, header: {x-kind: a}"),
        ("reason: [reset, timeout]", "reason: timeout"),
    ],
)
def test_a_rule_behind_a_wider_one_is_never_reached(tmp_path: Path, wide: str, narrow: str) -> None:
    rules = "".join(f"\n  - {RULE.format(when=when)}" for when in (wide, narrow))
    (warning,) = told(tmp_path, f"errors:{rules}\nendpoints: {{one: {{route: GET /a}}, two: {{route: GET /b}}}}")

    assert warning == f"{FIRST + 2}:10: warning[GW308]: this rule is never reached: rule 1 fits everything that it fits"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("status: 404", "status: 409"),
        ("status: 404", "status: 4xx"),
        ("status: 400, body: {code: 1}", "status: 400"),
        ("status: 400, body: {code: 1}", "status: 400, body: {code: [1, 2]}"),
        ("status: 4xx", "body: {code: 1}"),
        ("status: 4xx", "reason: timeout"),
        ("reason: timeout", "status: 500"),
    ],
)
def test_a_rule_that_fits_something_else_too_is_reached(tmp_path: Path, first: str, second: str) -> None:
    rules = "".join(f"\n  - {RULE.format(when=when)}" for when in (first, second))

    assert told(tmp_path, f"errors:{rules}\nendpoints: {{one: {{route: GET /a}}}}") == []


def test_an_endpoints_rule_may_overrule_its_integrations(tmp_path: Path) -> None:
    rule = RULE.format(when="status: 404")

    assert told(tmp_path, f"errors: [{rule}]\nendpoints: {{one: {{route: GET /a, errors: [{rule}]}}}}") == []
