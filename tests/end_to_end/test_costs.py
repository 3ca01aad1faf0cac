"""The ledger of a real gateway: exact over thousands of calls, two workers and a restart; budgets hold in both."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from pathlib import Path

import httpx
import msgspec
import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.faults.server import Exchange, Vendor
from tests.running import Running, running

REFUSED = 429
MOST_HELD = 300
"""On a busy machine one worker hears late of what the other has spent."""
CALLS = 10_000
LINES = 16
FAILING = 7

CONFIG = """\
version: 1
server: {storage: "${GATEWAY_STORAGE}"}
defaults: {quota: null}
integrations:
  sms:
    base_url: ${VENDOR}
    allow_private: true
    title: Messages
    retry: {attempts: 3}
    cost: {currency: USD}
    endpoints:
      send: {route: "GET /send/{number}", cost: {path: price}}
      find: {route: "GET /find/{number}", cost: {amount: 0.0075}}
      kept: {route: GET /kept, cost: {amount: 1}, cache: {ttl: 1h}}
      held: {route: GET /held, cost: {amount: 0.1, budget: {amount: 3, stop: true, by: endpoint}}}
"""
_JSON = [(b"Content-Type", b"application/json")]


PRICES = {"find": Decimal("0.0075"), "kept": Decimal(1), "held": Decimal("0.1")}


class Till:
    """A vendor who remembers what he has charged. Each fiftieth call he refuses at first, which costs nothing."""

    def __init__(self) -> None:
        self.charged: dict[str, Decimal] = {}
        self.refused: set[int] = set()

    async def __call__(self, exchange: Exchange) -> None:
        await exchange.read_body()
        _, what, *rest = exchange.target.decode().split("/")
        number = int(rest[0]) if rest else 0
        if number % 50 == FAILING and number not in self.refused:
            self.refused.add(number)
            await exchange.answer(b"{}", b"503 Service Unavailable", _JSON)
            return
        price = PRICES.get(what, Decimal(number % 97) / 10_000)
        self.charged[what] = self.charged.get(what, Decimal(0)) + price
        await exchange.answer(f'{{"price": "-{price}"}}'.encode(), fields=_JSON)


@asynccontextmanager
async def selling(folder: Path) -> AsyncIterator[Till]:
    """A vendor, and the config of a gateway before it."""
    till = Till()
    async with Vendor(dict.fromkeys(("send", "find", "kept", "held"), till)) as vendor:
        (folder / "integrations.yaml").write_text(CONFIG.replace("${VENDOR}", vendor.url()))
        yield till


@contextmanager
def gateway(folder: Path) -> Iterator[Running]:
    """Each time over the same database."""
    environ = {"GATEWAY_ACCESS_LOG": "off", "GATEWAY_STORAGE": f"sqlite:///{folder}/gateway.db"}
    with running(folder / "integrations.yaml", environ, "--workers", "2") as started:
        yield started


async def asked(at: Running, paths: Iterable[str]) -> list[int]:
    """The statuses. Over several connections, so that each worker gets some of them."""
    host, _, port = at.url.removeprefix("http://").partition(":")
    waiting, statuses = iter(paths), list[int]()

    async def line() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for path in waiting:
            writer.write(f"GET /api/v1/sms/{path} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = next(field for field in head.split(b"\r\n") if field.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            statuses.append(int(head[9:12]))
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(line() for _ in range(LINES)))
    return statuses


def ledger(folder: Path) -> dict[str, Decimal]:
    words = ["cost", "--by", "endpoint", "--json", "-c", str(folder / "integrations.yaml")]
    told = CliRunner().invoke(main, words, env={"GATEWAY_STORAGE": f"sqlite:///{folder}/gateway.db"})
    assert told.exit_code == 0, told.output
    return {row["endpoint"]: Decimal(row["amount"]) for row in json.loads(told.stdout)["costs"]}


def shown(at: Running) -> tuple[float, dict[str, Decimal]]:
    """What /metrics and the admin page say."""
    page = httpx.get(f"{at.admin}/metrics", trust_env=False).text
    told = httpx.get(f"{at.admin}/admin/cost?by=endpoint", trust_env=False).json()
    metric = sum(float(line.split()[-1]) for line in page.splitlines() if line.startswith("gateway_cost_total{"))
    return metric, {row["endpoint"]: Decimal(row["amount"]) for row in told["costs"]}


class Outcome(msgspec.Struct):
    """Of two runs of a gateway over one database."""

    till: Till
    statuses: set[int] = msgspec.field(default_factory=set)
    held: list[list[int]] = msgspec.field(default_factory=list)
    charged: list[dict[str, Decimal]] = msgspec.field(default_factory=list)
    written: list[dict[str, Decimal]] = msgspec.field(default_factory=list)
    metrics: list[float] = msgspec.field(default_factory=list)
    pages: list[set[str]] = msgspec.field(default_factory=list)


async def sold(folder: Path) -> Outcome:
    """First what has a budget, one call after the other, then thousands of calls."""
    paths = [f"{'send' if number % 3 else 'find'}/{number}" for number in range(CALLS)]
    paths[::100] = ["kept"] * len(paths[::100])
    async with selling(folder) as till:
        outcome = Outcome(till)
        for half in (paths[: CALLS // 2], paths[CALLS // 2 :]):
            with gateway(folder) as at:
                held = list[int]()
                while len(held) < 36 or (held[-1] != REFUSED and len(held) < MOST_HELD):
                    held += await asked(at, ["held"])
                    await asyncio.sleep(0.03)  # the other worker hears of it a moment later
                outcome.held.append(held)
                outcome.statuses.update(await asked(at, half))
                metric, page = await asyncio.to_thread(shown, at)
                outcome.metrics.append(metric)
                outcome.pages.append(set(page))
            outcome.charged.append(dict(till.charged))
            outcome.written.append(await asyncio.to_thread(ledger, folder))
    return outcome


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return asyncio.run(sold(tmp_path_factory.mktemp("costs")))


def test_not_a_call_is_lost_or_counted_twice_over_two_workers_and_a_restart(outcome: Outcome) -> None:
    assert outcome.statuses == {200}
    assert outcome.till.refused
    assert outcome.written == outcome.charged
    assert all(page == charged.keys() for page, charged in zip(outcome.pages, outcome.charged, strict=True))


def test_prometheus_is_told_the_same(outcome: Outcome) -> None:
    first, both = (float(sum(charged.values())) for charged in outcome.charged)

    assert outcome.metrics == pytest.approx([first, both - first], rel=1e-9)


def test_workers_hold_one_budget_and_after_a_restart_it_is_still_spent(outcome: Outcome) -> None:
    before, after = outcome.held

    assert before[:30] == [200] * 30
    assert before[-1] == REFUSED
    assert set(after) == {REFUSED}
