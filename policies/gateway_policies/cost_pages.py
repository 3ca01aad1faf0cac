"""What was spent, for the people who run the gateway: GET /admin/cost?since=2026-05-01&by=caller."""

from datetime import UTC, datetime

import msgspec

from gateway import Call, Handler, Kit, Page, Reply
from gateway.errors import InvalidRequest, Violation
from gateway.stored import By
from gateway_policies.cost_price import written

_JSON = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Since which day, by default the first of this month; by what; of which integration, if not of all."""

    since: str = msgspec.field(default="")
    by: By = "integration"
    integration: str = ""

    def __post_init__(self) -> None:
        if self.since:
            datetime.strptime(self.since, "%Y-%m-%d").replace(tzinfo=UTC)


def _costs(kit: Kit) -> Handler:
    async def costs(call: Call) -> Reply:
        asked = _asked(call)
        since = asked.since or datetime.fromtimestamp(kit.now(), UTC).strftime("%Y-%m-01")
        found = await kit.stored.ledger.totals(since, asked.by, asked.integration)
        told = [{**_named(msgspec.structs.asdict(one)), "amount": written(one.amount)} for one in found]
        return Reply(200, _JSON, msgspec.json.encode({"since": since, "costs": told}))

    return costs


def _named(charge: dict[str, object]) -> dict[str, object]:
    """Without what the sum is not by."""
    return {name: value for name, value in charge.items() if value != ""}


def _asked(call: Call) -> Asked:
    try:
        return msgspec.convert(dict(call.query), type=Asked)
    except msgspec.ValidationError as wrong:
        raise InvalidRequest(violations=[Violation("query", str(wrong))]) from None


PAGES = (Page(method="GET", path="/admin/cost", summary="What vendors charged, added up", build=_costs),)
