"""What was spent, for the people who run the gateway: GET /admin/cost?since=2026-05-01&by=caller."""

from datetime import UTC, datetime

import msgspec

from gateway import Call, Handler, Kit, Page, Reply
from gateway.pages import asked, json_reply
from gateway.stored import By
from gateway_policies.cost_price import written


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
        wanted = asked(call, Asked)
        since = wanted.since or datetime.fromtimestamp(kit.now(), UTC).strftime("%Y-%m-01")
        found = await kit.stored.ledger.totals(since, wanted.by, wanted.integration)
        told = [{**_named(msgspec.structs.asdict(one)), "amount": written(one.amount)} for one in found]
        return json_reply({"since": since, "costs": told})

    return costs


def _named(charge: dict[str, object]) -> dict[str, object]:
    """Without what the sum is not by."""
    return {name: value for name, value in charge.items() if value != ""}


PAGES = (Page(method="GET", path="/admin/cost", summary="What vendors charged, added up", build=_costs),)
