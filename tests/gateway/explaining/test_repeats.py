"""What is told to be sent again is sent again, and nothing else."""

from pathlib import Path

import pytest

from gateway import Call, Reply
from gateway.errors import ConnectFailed, UpstreamReset, UpstreamTimeout
from gateway.explaining.repeats import repeats
from gateway.plan import bind
from tests.gateway.explaining.plans import compiled
from tests.kit import call, run

FAILURES = {"connect": ConnectFailed, "reset": UpstreamReset, "timeout": UpstreamTimeout}
STATUSES = (429, 500, 502, 503)


@pytest.mark.parametrize(
    "text",
    [
        "endpoints: {get: {route: GET /x}}",
        "retry: {}\nendpoints: {get: {route: GET /x}}",
        "retry: {when: [connect, 429, 5xx]}\nendpoints: {get: {route: GET /x}}",
        "retry: {}\nendpoints: {get: {route: POST /x}}",
        "retry: {unsafe: known_unprocessed}\nendpoints: {get: {route: POST /x}}",
        "retry: {unsafe: with_idempotency_key}\nendpoints: {get: {route: POST /x}}",
        "retry: {}\nendpoints: {get: {route: POST /x, idempotent: true}}",
        "retry: {attempts: 1}\nendpoints: {get: {route: GET /x}}",
    ],
)
@pytest.mark.parametrize("failure", [*FAILURES, *STATUSES])
def test_what_is_told_is_what_happens(tmp_path: Path, text: str, failure: str | int) -> None:
    plan, _ = compiled(tmp_path, text)
    sent = 0

    async def vendor(call: Call) -> Reply:
        nonlocal sent
        sent += 1
        if isinstance(failure, str):
            raise FAILURES[failure]("it failed")
        return Reply(failure)

    keyed = call(method=plan.operation.method, headers=((b"idempotency-key", b"k"),))
    run(bind(plan, vendor)(keyed))  # type: ignore[arg-type]

    told = {repeat.failure: repeat for repeat in repeats(plan.operation, plan.policies)}
    named = [name for name in (str(failure), f"{str(failure)[0]}xx") if name in told]
    repeat = told[named[0]] if named else told["any other answer"]
    if "Idempotency-Key" not in repeat.why:
        assert repeat.repeated == (sent > 1), repeat


def test_answers_that_a_rule_calls_transient_are_told(tmp_path: Path) -> None:
    rule = "errors: [{when: {body: {code: 1}}, as: transient}]"
    plan, _ = compiled(tmp_path, f"{rule}\nretry: {{}}\nendpoints: {{get: {{route: GET /x}}}}")

    assert [repeat.repeated for repeat in repeats(plan.operation, plan.policies) if "transient" in repeat.failure] == [
        True
    ]
