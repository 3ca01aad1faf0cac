"""Stands in the vendor's place: nothing leaves the gateway, and callers get what the endpoint declares.

    stub: true

Or a scenario, to see what callers get when the vendor misbehaves:

    stub: rate_limited

Answers come from `examples: {reply: …}`, else from the declared schema, and are the same every time. What was created
can be read back, changed, listed and deleted, as long as the process runs (the last 1,000 things of an integration).
A thing that nobody has created is there as well, as the example says, so that a first try answers.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, get_args

from gateway import Call, Handler, Kit, Policy, Reply, Site, Stage
from gateway.errors import InvalidRequest, UpstreamReset, Violation
from gateway_policies.stub_store import Store
from gateway_policies.stub_vendor import Vendor, refusal

Scenario = Literal["slow", "error", "rate_limited", "reset", "invalid_grant"]
Stub = bool | Scenario

HEADER = b"gateway-stub-scenario"
"""Picks a scenario for one request; outside production it is let through to here."""

SLOW = 5.0
"""Seconds that the slow vendor takes."""

_SCENARIOS = frozenset(get_args(Scenario))
_REFUSALS: Mapping[str, Reply] = {
    "error": refusal(500, {"message": "the stub was asked to fail", "status": 500}),
    "rate_limited": refusal(429, {"message": "the stub was asked to be busy", "status": 429}, (b"retry-after", b"1")),
    "invalid_grant": refusal(401, {"error": "invalid_grant", "message": "the stub was asked to refuse the credential"}),
}


def build(settings: Stub, site: Site, kit: Kit) -> Mapping[str, Stage]:
    """Raises ValueError where there is neither an example nor a value that satisfies the schema."""
    if not settings:
        return {}
    vendor = Vendor(site.operation, kit.keep(("stub", site.integration), Store))
    always = "" if settings is True else str(settings)
    return {"send": _stage(vendor, always, kit.sleep)}


def _stage(vendor: Vendor, always: str, sleep: Callable[[float], Awaitable[None]]) -> Stage:
    async def stub(call: Call, forward: Handler) -> Reply:
        scenario = _picked(call) or always
        call.trail.note("attempt.sent", attempt=call.attempt)
        if scenario == "slow":
            await sleep(SLOW)
        if scenario == "reset":
            call.trail.note("attempt.failed", failure="reset", slug=UpstreamReset.slug, attempt=call.attempt)
            raise UpstreamReset("the stub was asked to break off")
        reply = _REFUSALS.get(scenario) or vendor.respond(call)
        call.trail.note("attempt.answered", status=reply.status)
        call.trail.note("stub.answered", status=reply.status, scenario=scenario)
        return reply

    return stub


def _picked(call: Call) -> str:
    value = call.header(HEADER)
    if value is None:
        return ""
    name = value.decode("latin-1").strip()
    if name not in _SCENARIOS:
        allowed = ", ".join(sorted(_SCENARIOS))
        violation = Violation("header", f"expected one of {allowed}", name=HEADER.decode())
        raise InvalidRequest("there is no such stub scenario", violations=[violation])
    return name


policy = Policy(
    name="stub",
    settings=Stub,
    build=build,
    description="Stands in the vendor's place: callers get the examples, or what fits the schemas, and nothing leaves "
    "the gateway. A scenario (`slow`, `error`, `rate_limited`, `reset`, `invalid_grant`) shows how failures look.",
    examples=(True, "rate_limited"),
)
