"""`gateway cost`: sums as people and programs read them."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.stored import Charge
from gateway.stores import SqlStore
from tests.custody.grants import within


def day(ago: int = 0) -> str:
    return datetime.fromtimestamp(time.time() - ago * 86_400, UTC).strftime("%Y-%m-%d")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = tmp_path / "integrations.yaml"
    config.write_text(f'version: 1\nserver: {{storage: "sqlite:///{tmp_path}/gateway.db"}}\nintegrations: {{}}\n')
    rows = [
        Charge(day=day(), integration="sms", endpoint="send", caller="ann", currency="USD", calls=3, amount=22_500_000),
        Charge(day=day(), integration="sms", endpoint="look", caller="bob", currency="USD", amount=1_000_000_000),
        Charge(day=day(), integration="voice", endpoint="call", caller="ann", currency="EUR", amount=140_000_000),
        Charge(day=day(400), integration="voice", endpoint="call", caller="ann", currency="EUR", amount=1),
    ]

    async def work(store: SqlStore) -> None:
        for row in rows:
            store.ledger.book(row)
        await store.ledger.close()

    within(f"sqlite:///{tmp_path}/gateway.db", work)
    return config


def ask(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["cost", *words, "-c", str(config)])


def test_each_line_has_a_sum_its_currency_and_its_calls(config: Path) -> None:
    assert ask(config).stdout.splitlines() == [
        "sms    1.0225 USD          4 calls",
        "voice    0.14 EUR          1 call",
    ]


def test_programs_get_exact_amounts_by_what_they_ask_for(config: Path) -> None:
    told = json.loads(ask(config, "--by", "endpoint", "--integration", "sms", "--json").stdout)

    assert told["costs"] == [
        {"integration": "sms", "endpoint": "look", "currency": "USD", "amount": "1.00", "calls": 1},
        {"integration": "sms", "endpoint": "send", "currency": "USD", "amount": "0.0225", "calls": 3},
    ]
    assert [row["caller"] for row in json.loads(ask(config, "--by", "caller", "--json").stdout)["costs"]] == [
        "ann",
        "ann",
        "bob",
    ]


def test_it_goes_back_as_far_as_somebody_asks(config: Path) -> None:
    assert "0.140000001 EUR          2 calls" in ask(config, "--since", "500d").stdout
    assert ask(config, "--since", "ages").exit_code == 2
    assert "expected a duration" in ask(config, "--since", "ages").stderr


def test_where_nothing_was_charged_that_is_said_to_people_only(tmp_path: Path) -> None:
    config = tmp_path / "empty.yaml"
    config.write_text(f'version: 1\nserver: {{storage: "sqlite:///{tmp_path}/other.db"}}\nintegrations: {{}}\n')
    told = ask(config)

    assert (told.exit_code, told.stdout) == (0, "")
    assert "nothing was charged since" in told.stderr
