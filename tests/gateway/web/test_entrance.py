"""The two parts of what stands before an endpoint: who asks, and everything that needs his body."""

import msgspec
import pytest

from gateway import Call, Caller, Handler, Kit, Page, Reply, Trail
from gateway.callers import believing
from gateway.errors import Unauthenticated
from gateway.plan import Plan
from gateway.web.entrance import Entrance, observed
from gateway.web.generation import Endpoint
from gateway.web.pages import page_endpoints
from tests.kit import call, kit, operation, run

ANN = Caller("gwk_live_ann")


class House:
    """Knows who comes, counts what it does, and says what it was sent."""

    def __init__(self, *, knows: bool = True) -> None:
        self.knows = knows
        self.did: list[str] = []

    async def errors(self, call: Call, forward: Handler) -> Reply:
        try:
            return await forward(call)
        except Unauthenticated:
            return Reply(401)

    async def caller(self, call: Call, forward: Handler) -> Reply:
        self.did.append("recognise")
        if not self.knows:
            raise Unauthenticated("nobody")
        return await forward(msgspec.structs.replace(call, caller=ANN))

    async def quota(self, call: Call, forward: Handler) -> Reply:
        self.did.append("count")
        return await forward(call)

    async def send(self, call: Call) -> Reply:
        assert isinstance(call.body, bytes)
        return Reply(200, body=call.caller.id.encode() + b" " + call.body)

    async def read(self) -> bytes:
        self.did.append("read")
        return b"{}"

    def look(self, trail: Trail) -> None:
        self.did.append("look")

    def plan(self, **fields: object) -> Plan:
        stages = (("errors", self.errors), ("caller", self.caller), ("quota", self.quota))
        return Plan(
            operation=operation(method="POST", **fields),
            stages=stages,
            policies={},
            connect_timeout=1,
            stubbed=False,
            allow_private=False,
        )

    def asked(self) -> Reply:
        entrance = Entrance.of(observed(self.plan(), self.look), self.send)
        assert entrance is not None
        return run(through(entrance, self))


async def through(entrance: Entrance, house: House) -> Reply:
    asked, handle = await entrance(call(), house.read)
    return await handle(asked)


def test_a_body_is_read_once_its_caller_is_known_and_nothing_is_done_twice() -> None:
    house = House()

    assert house.asked() == Reply(200, body=b"gwk_live_ann {}")
    assert house.did == ["look", "recognise", "read", "count"]


def test_a_stranger_has_the_answer_of_the_outermost_stage_and_nothing_of_him_is_read() -> None:
    house = House(knows=False)

    assert house.asked() == Reply(401)
    assert house.did == ["look", "recognise"]


@pytest.mark.parametrize("page", [True, False])
def test_an_endpoint_without_strangers_has_no_entrance(page: bool) -> None:
    """Whoever asks is let in, so there is nothing to find out first."""
    if page:
        assert _page(believing).entrance is None
        return
    plan = House().plan(stream=True)
    assert Entrance.of(plan, House().send) is None, "an upload is read as the vendor takes it"
    open_to_all = msgspec.structs.replace(House().plan(), stages=(("caller", believing),))
    assert Entrance.of(open_to_all, House().send) is None
    assert Entrance.of(msgspec.structs.replace(open_to_all, stages=()), House().send) is None


def test_a_page_for_callers_reads_the_body_of_one_who_is_known() -> None:
    house = House()
    entrance = _page(house.caller).entrance
    assert entrance is not None

    assert run(through(entrance, house)) == Reply(200, body=b"gwk_live_ann {}")
    assert house.did == ["recognise", "read"]

    house.knows = False
    with pytest.raises(Unauthenticated):
        run(through(entrance, house))
    assert house.did == ["recognise", "read", "recognise"]


def _page(recognise: object) -> Endpoint:
    def build(_: Kit) -> Handler:
        return House().send

    page = Page(method="POST", path="/pages", summary="Says what it was sent.", build=build, who="caller")
    (endpoint,) = page_endpoints([page], kit(), recognise)  # type: ignore[arg-type] # a stage, by what it does
    return endpoint
