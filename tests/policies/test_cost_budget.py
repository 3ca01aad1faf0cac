"""A budget warns, and stops where it is told to: in all processes, across restarts, until the next one begins."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from gateway import Call, Caller, Kit, NotShared, Percentage, Reply, Shared
from gateway.errors import BudgetExhausted
from gateway.sharing import Memory
from gateway.telemetry import Telemetry
from gateway_policies import cost
from gateway_policies.cost import Cost
from gateway_policies.cost_budget import Budget
from gateway_policies.cost_spending import period
from tests.kit import call, clock, kit, pipeline, run, site
from tests.policies.charged import Books

NOON = 1_800_000_000.0 + 4 * 3600  # 2027-01-15, noon
DAY_LEFT = 12 * 3600.0


def settings(**budget: Any) -> Cost:
    return Cost(amount=1, currency="EUR", budget=Budget(**{"amount": 10, "per": "day", "stop": True, **budget}))


class Process:
    """One gateway process; tells which calls came through."""

    def __init__(self, chosen: Cost, books: Books, shared: Shared | None = None) -> None:
        async def vendor(_: Call) -> Reply:
            return Reply(200, (), b"{}")

        self.kit: Kit = kit(stored=books, shared=shared, now=NOON)
        self._handle = pipeline(cost.policy, chosen, vendor, using=self.kit)

    async def ask(self, times: int, caller: str = "ann") -> Sequence[BudgetExhausted | None]:
        answers: list[BudgetExhausted | None] = []
        for _ in range(times):
            try:
                await self._handle(call(caller=Caller(caller)))
            except BudgetExhausted as refused:
                answers.append(refused)
            else:
                answers.append(None)
        return answers


def test_what_goes_beyond_is_refused_until_the_next_day() -> None:
    async def scenario() -> None:
        process = Process(settings(), Books())
        answers = await process.ask(12)

        assert [answer is None for answer in answers] == [True] * 10 + [False] * 2
        assert answers[-1] is not None
        assert answers[-1].retry_after == DAY_LEFT
        await asyncio.sleep(DAY_LEFT - 1)
        assert await process.ask(1) != [None]
        await asyncio.sleep(1)
        assert await process.ask(1) == [None]

    run(scenario())


def test_without_stop_nothing_is_refused() -> None:
    assert run(Process(settings(stop=False), Books()).ask(30)) == [None] * 30


def test_after_a_restart_it_is_known_from_the_ledger() -> None:
    async def scenario() -> None:
        books = Books()
        await Process(settings(), books).ask(7)
        answers = await Process(settings(), books).ask(5)

        assert [answer is None for answer in answers] == [True] * 3 + [False] * 2

    run(scenario())


def test_callers_have_budgets_of_their_own_where_that_is_said() -> None:
    async def scenario() -> None:
        books = Books()
        process = Process(settings(by="caller"), books)

        assert None not in (await process.ask(12))[10:]
        assert await process.ask(3, "bob") == [None] * 3
        again = Process(settings(by="caller"), books)
        assert [answer is None for answer in await again.ask(8, "bob")] == [True] * 7 + [False]

    run(scenario())


def test_processes_spend_one_budget_together() -> None:
    async def scenario() -> None:
        shared, books = Memory(clock, alone=False), Books()
        one, other = (Process(settings(), books, shared) for _ in range(2))
        books.charges = []
        assert await one.ask(6) == [None] * 6
        await asyncio.sleep(0.5)
        books.away = True  # it is not the ledger that tells the other
        answers = await other.ask(6)

        assert [answer is None for answer in answers] == [True] * 4 + [False] * 2
        await asyncio.sleep(1.5)
        await one.ask(1)
        await asyncio.sleep(0.1)
        assert await one.ask(1) != [None]

    run(scenario())


def test_a_number_that_all_shared_and_that_is_lost_is_mended() -> None:
    async def scenario() -> None:
        books = Books()
        process = Process(settings(), books, Memory(clock, alone=False))
        await process.ask(8)
        await asyncio.sleep(0.5)
        fresh = Memory(clock, alone=False)
        restarted, third = (Process(settings(), books, fresh) for _ in range(2))
        for _ in range(2):
            assert await restarted.ask(1) == [None]
            await asyncio.sleep(1.5)
        books.away = True

        assert await third.ask(1) != [None]

    run(scenario())


class Lost(Memory):
    """A redis that does not answer."""

    async def add(self, name: str, amount: int, seconds: float) -> int:
        raise NotShared

    async def claim(self, name: str, owner: str, seconds: float, places: int = 1) -> bool:
        raise NotShared


def test_without_the_others_and_without_ledger_each_decides_by_what_it_knows() -> None:
    async def scenario() -> None:
        books = Books()
        books.away = True
        answers = await Process(settings(), books, Lost(clock, alone=False)).ask(11)

        assert [answer is None for answer in answers] == [True] * 10 + [False]

    run(scenario())


def test_a_ledger_that_comes_back_is_asked_again() -> None:
    async def scenario() -> None:
        books = Books()
        await Process(settings(), books).ask(10)
        books.away = True
        process = Process(settings(), books)
        assert await process.ask(1) == [None]
        books.away = False
        await asyncio.sleep(6)

        assert await process.ask(1) != [None]

    run(scenario())


def used(using: Kit) -> float:
    assert isinstance(using.metrics, Telemetry)
    (family,) = (family for family in using.metrics.families() if family.name == "gateway_budget_used_ratio")
    (line,) = family.lines
    assert dict(line.labels) == {"integration": "crm", "currency": "EUR", "per": "day", "by": "integration"}
    return line.value


def test_a_warning_is_given_once(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> list[float]:
        shared, books = Memory(clock, alone=False), Books()
        processes = [Process(settings(warn=Percentage(0.5), stop=False), books, shared) for _ in range(2)]
        for process in processes:
            await process.ask(7)
        await asyncio.sleep(1)
        return [used(process.kit) for process in processes]

    shares = run(scenario())

    assert caplog.text.count("50% of the budget of crm is used: 10 EUR per day") == 1
    assert max(shares) == 1.4


def test_a_month_ends_with_its_last_day() -> None:
    assert period("month", NOON) == ("2027-01-01", 1_801_440_000.0)
    assert period("month", 1_827_705_600.0)[0] == "2027-12-01"
    assert period("month", 1_827_705_600.0)[1] == 1_830_297_600.0
    assert period("day", NOON) == ("2027-01-15", NOON + DAY_LEFT)


def test_what_other_endpoints_are_charged_counts_though_their_own_budget_is_another() -> None:
    async def scenario() -> None:
        process = Process(settings(by="integration", warn=Percentage(1)), Books())
        free, tight = (
            pipeline(cost.policy, chosen, _answers, at=site(name="other"), using=process.kit)
            for chosen in (Cost(amount=2, currency="EUR"), settings(amount=5, by="endpoint"))
        )
        await tight(call())
        for _ in range(3):
            await free(call())
        with pytest.raises(BudgetExhausted):
            await tight(call())
        answers = await process.ask(5)

        assert [answer is None for answer in answers] == [True] * 3 + [False] * 2

    run(scenario())


async def _answers(_: Call) -> Reply:
    return Reply(200, (), b"{}")


def test_a_month_and_a_day_that_begin_together_are_two_budgets() -> None:
    async def scenario() -> None:
        shared, books = Memory(clock, alone=False), Books()
        process = Process(settings(), books, shared)
        by_month = pipeline(cost.policy, settings(per="month"), _answers, using=process.kit)
        await asyncio.sleep(17 * 24 * 3600)  # the first of February
        for _ in range(3):
            await by_month(call())
            assert await process.ask(1) == [None]
            await asyncio.sleep(2)
        assert await process.ask(4) == [None] * 4
        assert await process.ask(1) != [None]

    run(scenario())
