"""What an operator sees of the cache, and what he may drop."""

from typing import Any

import msgspec
import pytest

from gateway.errors import InvalidRequest
from gateway_policies.cache_store import CacheStore
from tests.kit import run
from tests.policies.processes import Vendor, company, settled


@pytest.mark.parametrize(
    "payload",
    [
        {"integration": "crm"},
        {"integration": "crm", "tags": ["contacts"]},
        {"endpoint": "crm.list_contacts"},
        {"everything": True},
    ],
)
def test_an_operator_drops_it_everywhere(payload: Any) -> None:
    async def main() -> None:
        vendor = Vendor()
        _, (first, second, third) = company(vendor)
        for process in (first, second, third):
            await process.read()
        assert (await third.page(payload))["purged"]
        assert len(third.kit.keep(("cache",), CacheStore)) == 0
        assert await first.read() == await second.read() == await third.read() == b"None 2"

    run(main())


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (msgspec.UNSET, "Expected `object`"),
        ({}, "say one of `integration`, `endpoint` and `everything`"),
        ({"tags": ["a"], "everything": True}, "`tags` are those of an `integration`"),
        ({"integration": "cms"}, "no cached endpoint carries `cms/*`"),
        ({"integration": "crm", "tags": ["deals"]}, "no cached endpoint carries `crm/deals`"),
        ({"endpoint": "crm.nothing"}, "no cached endpoint carries `crm/@crm.nothing`"),
    ],
)
def test_what_cannot_be_dropped_is_told(payload: Any, said: str) -> None:
    async def main() -> None:
        _, (first, *_) = company(Vendor())
        with pytest.raises(InvalidRequest) as refused:
            await first.page(payload)
        assert said in refused.value.violations[0].detail

    run(main())


def test_it_tells_how_much_was_dropped_here_and_whether_everywhere() -> None:
    async def main() -> None:
        _, (first, *_) = company(Vendor())
        for page in range(2_500):
            await first.read(query=(("page", str(page)),))
        purged = await first.page({"endpoint": "crm.list_contacts"})
        assert purged == {"purged": ["crm/@crm.list_contacts"], "answers": 2_500, "everywhere": True}
        first.way.lost = True
        again = await first.page({"integration": "crm"})
        assert (again["answers"], again["everywhere"]) == (0, False)

    run(main())


def test_an_order_that_others_did_not_hear_reaches_them_when_they_can_be_reached() -> None:
    async def main() -> None:
        _, (first, second, _) = company(Vendor())
        await second.read()
        first.way.lost = True
        await first.page({"everything": True})
        first.way.back()
        await settled()
        assert await second.read() == b"None 2"

    run(main())


def test_an_operator_sees_how_much_there_is_and_of_whom() -> None:
    async def main() -> None:
        _, (first, *_) = company(Vendor())
        await first.read()
        found = await first.page(method="GET")
        assert found == {"answers": 1, "bytes": found["bytes"], "fetches": 0, "integrations": {"crm": 1}}
        assert found["bytes"] > 600

    run(main())
