"""What the vendor charges is counted exactly, for what he really charges for."""

from typing import Any

import pytest

from gateway import Call, Reply, Verdict
from gateway.errors import UpstreamTimeout
from gateway_policies import cost, retry
from gateway_policies.cost import Cost, Days
from gateway_policies.cost_price import Unclear, exact, from_answer, written
from gateway_policies.retry import Retry
from tests.kit import call, kit, pipeline, run, site
from tests.policies.charged import Books

REFUSED = Verdict(slug="upstream-error", status=502, title="no")


def charged(settings: Cost, *answers: Any) -> Books:
    """What is booked when a vendor gives these answers, one to each call."""
    books = Books()
    given = iter(answers)

    async def vendor(_: Call) -> Reply:
        answer = next(given)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(200, (), answer)

    async def scenario() -> None:
        handle = pipeline(cost.policy, settings, vendor, using=kit(stored=books))
        for _ in answers:
            try:
                await handle(call())
            except UpstreamTimeout:
                continue

    run(scenario())
    return books


def test_a_fixed_price_is_booked_for_its_day_endpoint_and_caller() -> None:
    (charge,) = charged(Cost(amount=0.0075, currency="USD"), b"{}").charges

    assert (charge.integration, charge.endpoint, charge.caller) == ("crm", "list_contacts", "ann")
    assert (charge.day, charge.currency, charge.amount) == ("2027-01-15", "USD", 7_500_000)


def test_sums_are_exact_where_fractions_would_not_be() -> None:
    assert charged(Cost(amount=0.1, currency="EUR"), *[b"{}"] * 1000).spent == 100 * 10**9


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        (b'{"cost": {"total": 0.0421}}', 42_100_000),
        (b'{"cost": {"total": "-0.00750"}}', 7_500_000),
        (b'{"cost": {"total": 3}}', 3 * 10**9),
        (b'{"cost": {"total": null}}', 0),
        (b'{"other": 1}', 0),
        (b"", 0),
    ],
)
def test_a_price_is_read_where_the_answer_tells_it(told: bytes, amount: int) -> None:
    assert charged(Cost(path="cost.total", currency="USD"), told).spent == amount


@pytest.mark.parametrize(
    "told", [b"nonsense", b'{"p": true}', b'{"p": "dear"}', b'{"p": [1]}', b'{"p": 1e30}', b'{"p": "NaN"}']
)
def test_what_is_no_price_is_not_booked_and_the_answer_is_given(told: bytes) -> None:
    assert charged(Cost(path="p", currency="USD"), told).charges == []
    with pytest.raises(Unclear):
        from_answer("p")(Reply(200, (), told))


def test_refusals_cost_nothing_unless_the_vendor_charges_for_them() -> None:
    refused = Reply(500, (), b"{}", REFUSED)

    assert charged(Cost(amount=1, currency="USD"), refused, UpstreamTimeout()).charges == []
    assert len(charged(Cost(amount=1, currency="USD", refusals=True), refused, UpstreamTimeout()).charges) == 1


def test_each_attempt_counts_that_the_vendor_answered() -> None:
    """Retry stands above, so that a second attempt costs a second time."""
    books, failing = Books(), [Reply(503, (), b"{}", REFUSED)]

    async def vendor(_: Call) -> Reply:
        return failing.pop() if failing else Reply(200, (), b"{}")

    async def scenario() -> None:
        using = kit(stored=books)
        inner = pipeline(cost.policy, Cost(amount=1, currency="USD", refusals=True), vendor, using=using)
        await pipeline(retry.policy, Retry(), inner, using=using)(call())

    run(scenario())

    assert len(books.charges) == 2


def test_it_is_counted_for_prometheus_and_told_on_the_trail() -> None:
    using, one = kit(stored=Books()), call()

    async def vendor(_: Call) -> Reply:
        return Reply(200, (), b"{}")

    async def scenario() -> None:
        await pipeline(cost.policy, Cost(amount=0.25, currency="EUR"), vendor, using=using)(one)

    run(scenario())
    labels = ("integration", "endpoint", "currency")
    counter = using.metrics.counter("gateway_cost_total", "What vendors charged", labels)

    assert counter.labels("crm", "list_contacts", "EUR")._value.get() == 0.25
    assert [(event.name, event.detail["amount"]) for event in one.trail.events] == [("cost.charged", "0.25")]


def test_an_endpoint_without_price_has_no_stage() -> None:
    assert cost.policy.build(Cost(currency="EUR"), site(), kit()) == {}


def test_a_day_ends_at_midnight_of_utc() -> None:
    days = Days()

    assert [days.at(at) for at in (0.0, 86_399.9, 86_400.0, 1.0)] == [
        "1970-01-01",
        "1970-01-01",
        "1970-01-02",
        "1970-01-01",
    ]


@pytest.mark.parametrize(
    ("amount", "text"), [(7_500_000, "0.0075"), (12 * 10**9, "12"), (0, "0"), (10**18, "1000000000")]
)
def test_amounts_are_written_as_people_do(amount: int, text: str) -> None:
    assert written(amount) == text
    assert exact(text) == amount if amount < 10**15 else True
