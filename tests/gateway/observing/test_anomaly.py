"""What all workers have counted is held against what is usual, and the scores are there for Prometheus."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from gateway.contract import Catalog, Declared, Kit
from gateway.observing import anomaly
from gateway.observing.anomaly import WHAT, Anomaly
from gateway.observing.anomaly_baselines import SPAN, Span
from gateway.telemetry import Telemetry
from tests.gateway.observing.records import finished
from tests.kit import kit, operation, run

CATALOG = Catalog(integrations={"crm": Declared(name="crm", title="", credential=None, operations=(operation(),))})


class Company:
    """The Workers of a kit, with another worker who has counted `theirs`."""

    def __init__(self, theirs: Span | None = None) -> None:
        self._theirs = theirs
        self._tell: Any = None

    def offer(self, what: str, tell: Any) -> None:
        self._tell = tell

    async def gather(self, what: str, about: str = "") -> Sequence[bytes]:
        theirs = [] if self._theirs is None else [("crm", "list_contacts", self._theirs)]
        return [self._tell(about), msgspec.msgpack.encode(theirs)]


def scores(using: Kit) -> dict[str, float]:
    assert isinstance(using.metrics, Telemetry)
    (family,) = (family for family in using.metrics.families() if family.name == "gateway_anomaly_score")
    return {dict(line.labels)["signal"]: line.value for line in family.lines}


async def minutes(observe: Anomaly, number: float, **fields: Any) -> None:
    """A hundred requests in each quarter of a minute."""
    for _ in range(int(number * 4)):
        observe([finished(attempts=1, upstream=0.2, **fields)] * 100)
        await asyncio.sleep(SPAN)


def test_failures_that_begin_are_seen_within_a_minute() -> None:
    async def scenario() -> None:
        using = kit(catalog=CATALOG)
        observe = Anomaly(using)
        await minutes(observe, 10)
        assert max(scores(using).values()) < 1
        await minutes(observe, 1, status=502)
        assert scores(using)["errors"] > 6
        assert scores(using)["volume"] < 1
        observe.stop()

    run(scenario())


def test_silence_is_seen_though_no_request_tells_of_it() -> None:
    async def scenario() -> None:
        using = kit(catalog=CATALOG)
        observe = Anomaly(using)
        await minutes(observe, 10)
        await asyncio.sleep(75)
        assert scores(using)["volume"] > 6
        observe.stop()

    run(scenario())


def test_what_moves_from_one_worker_to_another_is_no_news() -> None:
    async def scenario() -> None:
        company = Company()
        using = msgspec.structs.replace(kit(catalog=CATALOG), workers=company)
        observe = Anomaly(using)
        await minutes(observe, 10)
        company._theirs = Span(100, 0, 100, -161.0, 259.0)
        await asyncio.sleep(75)
        assert max(scores(using).values()) < 1
        observe.stop()

    run(scenario())


def test_what_is_served_no_more_is_not_missed() -> None:
    async def scenario() -> None:
        served = [CATALOG]
        using = msgspec.structs.replace(kit(), catalog=lambda: served[0])
        observe = Anomaly(using)
        await minutes(observe, 10)
        assert scores(using).keys() == {"latency", "errors", "volume"}
        served[0] = Catalog()
        await asyncio.sleep(SPAN * 2)
        assert scores(using) == {}
        observe.stop()

    run(scenario())


def test_requests_of_no_endpoint_and_too_many_endpoints_take_no_memory() -> None:
    async def scenario() -> int:
        using = kit(catalog=CATALOG)
        observe = Anomaly(using)
        observe([finished(operation=None)])
        observe([finished(operation=operation(name=f"e{number}")) for number in range(anomaly.MOST + 500)])
        await asyncio.sleep(SPAN + 0.1)
        (said,) = await using.workers.gather(WHAT, str(round(using.now() / SPAN)))
        observe.stop()
        return len(msgspec.msgpack.decode(said))

    assert run(scenario()) == anomaly.MOST
