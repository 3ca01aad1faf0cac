"""Each effective value is told with the line it came from."""

from pathlib import Path

from gateway.explaining import Explained, Value, lines
from tests.gateway.explaining.plans import FIRST, compiled, told


def value(explained: Explained, slot: str, name: str) -> Value:
    (stage,) = (stage for stage in explained.stages if stage.slot == slot)
    return next(value for value in stage.values if value.name == name)


def test_the_stages_stand_in_their_order_and_end_with_the_vendor(tmp_path: Path) -> None:
    explained = told(tmp_path, "retry: {}\ncache: {ttl: 1m}\nendpoints: {get: {route: GET /x}}")

    slots = [stage.slot for stage in explained.stages]
    assert [slot for slot in slots if slot in {"errors", "deadline", "cache", "retry", "timeout", "send"}] == [
        "errors", "deadline", "cache", "retry", "timeout", "send"
    ]  # fmt: skip


def test_a_value_is_told_with_its_line_and_a_default_without_one(tmp_path: Path) -> None:
    explained = told(tmp_path, "retry: {attempts: 2}\nendpoints:\n  get:\n    route: GET /x\n    retry: {budget: 50%}")

    attempts, budget = value(explained, "retry", "attempts"), value(explained, "retry", "budget")
    assert (attempts.value, attempts.origin.line) == ("2", FIRST)
    assert (budget.value, budget.origin.line) == ("50%", FIRST + 4)
    assert value(explained, "retry", "backoff.initial") == Value("backoff.initial", "200ms", type(attempts.origin)())


def test_a_variable_that_decides_is_told_instead_of_a_line(tmp_path: Path) -> None:
    explained = told(
        tmp_path,
        "quota: {requests: 5, per: 1m}\nendpoints: {get: {route: GET /x}}",
        {("quota", "requests"): "RATE_LIMIT_PER_MINUTE"},
    )

    assert value(explained, "quota", "requests").origin.variable == "RATE_LIMIT_PER_MINUTE"


def test_secrets_are_masked(tmp_path: Path) -> None:
    text = 'credential: {use: bearer, token: "${TOKEN}"}\nendpoints: {get: {route: GET /x}}'
    plan, loaded = compiled(tmp_path, text, {"TOKEN": "hunter2"})
    explained = told(tmp_path, text)

    assert value(explained, "credential", "token").value == "<secret env:TOKEN>"
    assert "hunter2" not in "\n".join(lines(explained))
    assert loaded.config.integrations[0].credential is not None
    assert plan.has("credential")


def test_rules_are_told_in_the_order_in_which_they_are_tried(tmp_path: Path) -> None:
    explained = told(
        tmp_path,
        """\
        errors: [{when: {status: 429}, as: rate_limited}]
        endpoints:
          get:
            route: GET /x
            errors:
              - {when: {status: 404}, slug: gone, status: 404, title: Gone}
        """,
    )

    (rules,) = (stage.values for stage in explained.stages if stage.slot == "classify")
    assert [(rule.name, rule.value, rule.origin.line) for rule in rules] == [
        ("status 404", "→ 404 gone", FIRST + 5),
        ("status 429", "→ rate_limited", FIRST),
    ]


def test_the_line_for_the_shell_has_what_a_request_needs(tmp_path: Path) -> None:
    explained = told(
        tmp_path,
        """\
        endpoints:
          create:
            route: POST /x
            query: {dry: {type: boolean, required: true}}
            body: {type: object}
            examples: {body: {name: it's}}
        """,
    )

    assert explained.curl.startswith("curl -X POST -H 'Content-Type: application/json' -d")
    assert explained.curl.endswith("'http://localhost:8000/api/v1/crm/x?dry=…'")
