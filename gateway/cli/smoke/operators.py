"""What only the admin address tells: metrics, breakers, the last reload, the other workers and gateways."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus

import msgspec

from gateway.cli.findings import Finding, fail, ok, warn
from gateway.cli.smoke.asking import Silent, Visitor


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What /admin/config says, as far as it is looked at."""

    breakers: Mapping[str, str]
    shared_state: str = "alone"
    reload: str | None = None
    astray: tuple[str, ...] = ()


def looked(operator: Visitor) -> Iterator[Finding]:
    try:
        yield _metrics(operator)
        yield from _state(operator)
    except Silent as silent:
        yield fail(f"nobody answers at the admin address {operator.url}: {silent}", "name it with --admin")


def _metrics(operator: Visitor) -> Finding:
    answer = operator.get("/metrics")
    if answer.status == HTTPStatus.OK and b"gateway_build_info{" in answer.body:
        return ok(f"metrics are at {operator.url}/metrics")
    return fail(f"{operator.url}/metrics has no metrics of a gateway", "name the admin address with --admin")


def _state(operator: Visitor) -> Iterator[Finding]:
    state = _decoded(operator.get("/admin/config").body)
    if state is None:
        yield fail(f"{operator.url} does not tell the state of a gateway", "name the admin address with --admin")
        return
    yield from _breakers(state.breakers)
    if state.reload is not None:
        yield fail(f"the last reload was refused: {state.reload}", "mend the file; what served before still does")
    for worker in state.astray:
        yield fail(f"a worker is astray: {worker}", "look at its log")
    if state.shared_state == "lost":
        yield fail("shared state is lost: every gateway decides alone", "look at `server.shared_state`")


def _breakers(breakers: Mapping[str, str]) -> Iterator[Finding]:
    if troubled := {name: state for name, state in breakers.items() if state != "closed"}:
        for name, state in troubled.items():
            judged = fail if state == "opened" else warn
            yield judged(f"the breaker of {name} is {state}", "its vendor fails: look at the log")
    else:
        yield ok("no breaker is open")


def _decoded(body: bytes) -> State | None:
    try:
        return msgspec.json.decode(body, type=State)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
