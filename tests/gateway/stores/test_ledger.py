"""What vendors charged is added up once, whatever happens on its way into the database."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from gateway.errors import StoreUnavailable
from gateway.stored import By, Charge
from gateway.stores import Database, SqlStore
from gateway.stores.booking import AGAIN, EVERY, OTHERS, Booking
from gateway.stores.ledger import SqlLedger
from gateway.stores.revisions import prepare
from tests.kit import run

ONE = Charge(day="2026-05-04", integration="crm", endpoint="find", caller="ann", currency="EUR", amount=7)


def other(**fields: Any) -> Charge:
    return msgspec.structs.replace(ONE, **fields)


def play(url: str, scenario: Callable[[Database], Awaitable[None]]) -> None:
    async def main() -> None:
        database = Database(url)
        try:
            await prepare(database)
            await scenario(database)
        finally:
            await database.close()

    asyncio.run(main())


def test_sums_are_by_what_is_asked_for_and_never_across_currencies(url: str) -> None:
    async def scenario(database: Database) -> None:
        ledger = SqlLedger(database)
        rows = [ONE, other(endpoint="add"), other(caller="bob", currency="USD"), other(integration="mail")]
        await ledger.add("a", 1.0, rows)
        await ledger.add("b", 2.0, [other(day="2026-05-05", amount=10**15), ONE])

        found = await ledger.totals("", "integration")
        assert [(one.integration, one.currency, one.calls, one.amount) for one in found] == [
            ("crm", "EUR", 4, 10**15 + 21),
            ("crm", "USD", 1, 7),
            ("mail", "EUR", 1, 7),
        ]  # fmt: skip
        assert [one.caller for one in await ledger.totals("", "caller", "crm")] == ["ann", "bob"]
        assert [(one.endpoint, one.calls) for one in await ledger.totals("2026-05-05", "endpoint")] == [("find", 1)]
        assert [one.day for one in await ledger.totals("", "day", "mail")] == ["2026-05-04"]

    play(url, scenario)


def test_a_batch_whose_answer_was_lost_counts_once(url: str) -> None:
    async def scenario(database: Database) -> None:
        ledger = SqlLedger(database)
        for _ in range(3):
            await ledger.add("a", 1.0, [ONE])

        assert [one.amount for one in await ledger.totals("", "integration")] == [7]

    play(url, scenario)


def test_processes_that_write_the_same_rows_lose_none(url: str) -> None:
    async def scenario(database: Database) -> None:
        ledger = SqlLedger(database)
        rows = [other(caller=f"c{number}") for number in range(20)]
        batches = (ledger.add(f"{number}", 1.0, rows[number:] + rows[:number]) for number in range(20))
        await asyncio.gather(*batches)

        assert [(one.calls, one.amount) for one in await ledger.totals("", "integration")] == [(400, 2800)]

    play(url, scenario)


def test_what_is_booked_is_in_the_sums_at_once_and_in_the_database_at_the_end(url: str) -> None:
    async def scenario(database: Database) -> None:
        booking = SqlStore(database).ledger
        booking.book(ONE)
        booking.book(other(caller="bob"))

        assert [(one.calls, one.amount) for one in await booking.totals("", "integration")] == [(2, 14)]
        assert await SqlLedger(database).totals("", "integration") == []
        await booking.close()
        assert [(one.calls, one.amount) for one in await SqlLedger(database).totals("", "integration")] == [(2, 14)]

    play(url, scenario)


class Flaky:
    """A database that is away for a while; `deaf` takes what it is given and does not say so."""

    def __init__(self) -> None:
        self.away = self.deaf = False
        self.batches: dict[str, list[Charge]] = {}

    async def add(self, batch: str, at: float, charges: Any) -> None:
        if self.away:
            raise StoreUnavailable("the database did not answer")
        self.batches[batch] = list(charges)
        if self.deaf:
            raise StoreUnavailable("the database did not answer")

    async def totals(self, since: str, by: By, integration: str = "") -> list[Charge]:
        return [charge for batch in self.batches.values() for charge in batch]


def spent(kept: Flaky) -> int:
    return sum(charge.amount for batch in kept.batches.values() for charge in batch)


@pytest.mark.parametrize("how", ["away", "deaf"])
def test_a_database_that_fails_for_a_while_loses_nothing_and_doubles_nothing(how: str) -> None:
    async def scenario() -> int:
        kept = Flaky()
        booking = Booking(kept)
        setattr(kept, how, True)
        booking.book(ONE)
        await asyncio.sleep(EVERY + 1)
        assert len(kept.batches) == (how == "deaf")
        booking.book(ONE)
        setattr(kept, how, False)
        await asyncio.sleep(AGAIN + 2 * EVERY)
        assert spent(kept) == 14
        booking.book(ONE)
        await booking.close()
        return spent(kept)

    assert run(scenario()) == 21


def test_a_gateway_that_needs_no_database_asks_none() -> None:
    async def scenario() -> None:
        kept = Flaky()
        kept.away = True
        booking = Booking(kept)
        booking.used = False

        assert await booking.totals("", "integration") == ()

    run(scenario())


def test_of_many_callers_in_a_long_outage_the_money_is_kept() -> None:
    async def scenario() -> tuple[int, set[str]]:
        kept = Flaky()
        booking = Booking(kept, most=10)
        for number in range(100):
            booking.book(other(caller=f"c{number}"))
        await booking.close()
        (batch,) = kept.batches.values()
        assert len(batch) == 11
        return spent(kept), {charge.caller for charge in batch}

    money, callers = asyncio.run(scenario())

    assert money == 700
    assert OTHERS in callers


def test_what_cannot_be_written_at_the_end_is_told_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        kept = Flaky()
        kept.away = True
        booking = Booking(kept)
        booking.book(ONE)
        await booking.close()

    asyncio.run(scenario())

    assert '"amount":7' in caplog.text
