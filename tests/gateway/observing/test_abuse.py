"""Scans, guessed keys and hammering are noticed, told once an hour, and take no memory that attackers could fill."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from gateway.contract import Finished, Kit
from gateway.errors import InvalidRequest
from gateway.observing.abuse import ENOUGH, MOST, WHAT, Abuse, Asker
from gateway.observing.askers import CALLERS
from gateway.plan.nowhere import NoStore
from gateway.stored import Audit, Entry
from gateway.telemetry import Telemetry
from tests.gateway.observing.records import finished
from tests.kit import call, kit, run


class Trail(NoStore):
    """A store with nothing but an audit trail."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    @property
    def audit(self) -> Audit:
        return self

    async def note(self, entry: Entry) -> None:
        self.entries.append(entry)

    async def every(self, *, since: float = 0.0, action: str = "", most: int = 100) -> Sequence[Entry]:
        return self.entries


def unmatched(address: str = "10.0.0.1") -> Finished:
    return finished(operation=None, status=404, slug="no-such-endpoint", caller="", address=address)


def keyless(reason: str, address: str = "10.0.0.1") -> Finished:
    slug = "scope-missing" if reason == "scope" else "unauthenticated"
    noted = ("caller.refused", {"reason": reason})
    return finished(noted, status=403 if reason == "scope" else 401, slug=slug, caller="", address=address)


def limited(caller: str) -> Finished:
    return finished(status=429, slug="quota-exceeded", caller=caller)


def counted(using: Kit, name: str) -> Mapping[str, float]:
    """By the value of its label."""
    assert isinstance(using.metrics, Telemetry)
    (family,) = (family for family in using.metrics.families() if f"{family.name}_total" == name)
    return {line.labels[0][1]: line.value for line in family.lines}


def signals(*batches: Sequence[Finished], every: float = 0.0) -> Mapping[str, float]:
    async def scenario() -> Mapping[str, float]:
        using = kit()
        observe = Abuse(using)
        for batch in batches:
            observe(batch)
            await asyncio.sleep(every)
        return {kind: number for kind, number in counted(using, "gateway_abuse_signals_total").items() if number}

    return run(scenario())


@pytest.mark.parametrize(
    ("kind", "one"), [("scan", unmatched()), ("key-guessing", keyless("wrong-key")), ("hammering", limited("ann"))]
)
def test_each_kind_is_noticed_once_a_minute_when_there_is_enough_of_it(kind: Any, one: Finished) -> None:
    enough = ENOUGH[kind]

    assert signals([one] * (enough - 1)) == {}
    assert signals([one] * (enough + 100)) == {kind: 1}
    assert signals([one] * enough, [one] * enough, every=61) == {kind: 2}
    assert signals(*[[one] * (enough // 2)] * 6, every=61) == {}


def test_what_anybody_may_do_is_no_sign() -> None:
    ordinary = [keyless("no-key"), keyless("scope"), finished(status=404, slug="upstream-rejected"), finished()]

    assert signals(ordinary * 100) == {}
    assert signals([unmatched(f"10.0.{number // 250}.{number % 250}") for number in range(10_000)]) == {}


def test_a_network_of_ipv6_is_one_address() -> None:
    assert signals([unmatched(f"2001:db8:1:2::{number:x}") for number in range(100)]) == {"scan": 1}
    assert signals([unmatched(f"2001:db8:1:{number:x}::1") for number in range(100)]) == {}


def test_why_callers_were_not_let_in_is_counted() -> None:
    async def scenario() -> Mapping[str, float]:
        using = kit()
        Abuse(using)([keyless("no-key"), keyless("wrong-key"), keyless("wrong-key"), keyless("scope")])
        return counted(using, "gateway_auth_failures_total")

    assert run(scenario()) == {"no-key": 1, "wrong-key": 2, "scope": 1}


def test_an_offender_is_told_of_once_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> list[Entry]:
        trail = Trail()
        observe = Abuse(kit(stored=trail))
        for _ in range(70):
            observe([unmatched()] * 30)
            await asyncio.sleep(61)
        return trail.entries

    entries = run(scenario())

    assert [(entry.action, entry.target, entry.detail) for entry in entries] == [
        ("abuse.noticed", "10.0.0.1", {"kind": "scan"})
    ] * 2
    assert caplog.text.count("signs of abuse by '10.0.0.1': scan") == 2


def test_very_many_offenders_fill_neither_log_nor_memory() -> None:
    async def scenario() -> None:
        trail = Trail()
        using = kit(stored=trail)
        observe = Abuse(using)
        for number in range(3_000):
            observe([unmatched(f"10.1.{number // 250}.{number % 250}")] * 30)
        await asyncio.sleep(1)
        (said,) = await using.workers.gather(WHAT)

        assert len(trail.entries) == MOST
        assert len(msgspec.msgpack.decode(said)) == MOST

    run(scenario())


async def asked(using: Kit, *query: tuple[str, str]) -> list[Asker]:
    reply = await CALLERS.build(using)(call(query=query))
    assert isinstance(reply.body, bytes)
    return msgspec.convert(msgspec.json.decode(reply.body)["callers"], list[Asker])


def test_top_callers_are_listed_by_what_somebody_wants_to_know() -> None:
    async def scenario() -> None:
        using = kit(now=5_000.0)
        Abuse(using)([finished()] * 5 + [limited("bob")] * 40 + [unmatched("10.9.9.9")] * 3)
        found = await asked(using)

        assert [(one.caller, one.address, one.requests) for one in found] == [
            ("bob", "", 40),
            ("ann", "", 5),
            ("", "10.9.9.9", 3),
        ]
        assert (found[0].errors, found[0].refused, found[0].signals, found[0].last) == (40, 40, 1, 5_000.25)
        assert [one.caller for one in await asked(using, ("by", "errors"), ("most", "2"))] == ["bob", ""]
        with pytest.raises(InvalidRequest):
            await asked(using, ("by", "nonsense"))

    run(scenario())
