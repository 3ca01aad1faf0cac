"""`gateway why`: more than twenty ways in which a request can end, each told step by step."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.end_to_end.whys import CONFIG, OUTCOMES, Ask, Outcome
from tests.faults.cases import CASES
from tests.faults.ports import unanswered
from tests.faults.server import Exchange, Vendor
from tests.running import SHIPPED, Running, eventually, running


class Flaky:
    """Fails for as long as it is told to."""

    def __init__(self) -> None:
        self.left = 0

    async def __call__(self, exchange: Exchange) -> None:
        await exchange.read_body()
        if self.left:
            self.left -= 1
            await exchange.answer(b"{}", b"503 Service Unavailable")
        else:
            await exchange.answer(b'{"id":"1"}', fields=[(b"Content-Type", b"application/json")])


async def slow(exchange: Exchange) -> None:
    await exchange.read_body()
    await asyncio.sleep(0.5)
    await exchange.answer(b"{}", fields=[(b"Content-Type", b"application/json")])


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[tuple[Running, Flaky]]:
    flaky = Flaky()
    refusals = {str(status): _refuses(status) for status in (401, 404, 429, 500)}
    async with Vendor({**CASES, **refusals, "flaky": flaky, "slow": slow}) as vendor:
        with unanswered() as nobody:
            file = folder / "integrations.yaml"
            file.write_text(
                CONFIG.replace("${VENDOR}", vendor.url()).replace("${NOBODY}", f"http://127.0.0.1:{nobody}")
            )
            with running(file, {}) as gateway:
                yield gateway, flaky


def _refuses(status: int) -> Any:
    async def refuses(exchange: Exchange) -> None:
        await exchange.read_body()
        await exchange.answer(b'{"message":"no"}', b"%d No" % status, [(b"Content-Type", b"application/json")])

    return refuses


async def asked(gateway: Running, ask: Ask, known: str) -> None:
    """Sends one request; who is impatient leaves."""
    headers = {"X-Correlation-ID": known, **ask.headers}
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=ask.patience) as client:
        with contextlib.suppress(httpx.TransportError):
            await client.request(ask.method, ask.path, content=ask.body, headers=headers)


def why(gateway: Running, correlation_id: str) -> str:
    said = CliRunner().invoke(main, ["why", correlation_id, "--admin", gateway.admin])
    return said.output if said.exit_code == 0 else ""


async def told(gateway: Running, correlation_id: str) -> str:
    """What is said once the request is through."""
    for _ in range(200):
        if said := await asyncio.to_thread(why, gateway, correlation_id):
            return said
        await asyncio.sleep(0.05)
    raise AssertionError(f"{correlation_id} is never told")


async def every(folder: Path) -> Mapping[str, str]:
    found = {}
    async with world(folder) as (gateway, flaky):
        for outcome in OUTCOMES:
            for ask in outcome.before:
                await asked(gateway, ask, "before")
            flaky.left = outcome.failures
            beside = [asyncio.create_task(asked(gateway, ask, "beside")) for ask in outcome.beside]
            await asyncio.sleep(outcome.wait)
            await asked(gateway, outcome.ask, outcome.name)
            await asyncio.gather(*beside)
            found[outcome.name] = await told(gateway, outcome.name)
        found["nobody"] = why(gateway, "nobody")
        found["json"] = CliRunner().invoke(main, ["why", "plain", "--admin", gateway.admin, "--json"]).output
    return found


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    return asyncio.run(every(tmp_path_factory.mktemp("why")))


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.name)
def test_each_outcome_is_told_step_by_step(answers: Mapping[str, str], outcome: Outcome) -> None:
    rest = answers[outcome.name]
    for sentence in outcome.told:
        before, found, rest = rest.partition(sentence)
        assert found, f"{sentence!r} is not told after {before!r}"


def test_a_request_that_nobody_remembers_is_no_answer(answers: Mapping[str, str]) -> None:
    assert answers["nobody"] == ""


def test_as_json_it_is_the_admin_page(answers: Mapping[str, str]) -> None:
    (request,) = msgspec.json.decode(answers["json"])["requests"]

    assert request["endpoint"] == "plain.get"
    assert [step["event"] for step in request["steps"]] == ["attempt.sent", "attempt.answered"]


def test_whichever_worker_answered_it_is_remembered() -> None:
    with running(SHIPPED, {"INTEGRATIONS_STUB_MODE": "true"}, "--workers", "2") as gateway:
        for number in range(20):  # each on a connection of its own, so that both have their share
            known = {"X-Correlation-ID": f"r-{number}"}
            assert httpx.get(f"{gateway.url}/docs", headers=known, trust_env=False).status_code == 200

        eventually(lambda: all(why(gateway, f"r-{number}") for number in range(20)))
        listed = httpx.get(f"{gateway.admin}/admin/requests?most=20", trust_env=False).json()["requests"]
        assert {f"r-{number}" for number in range(20)} <= {one["correlation_id"] for one in listed}


def test_a_method_of_somebodys_own_making_stands_nowhere() -> None:
    with running(SHIPPED, {"INTEGRATIONS_STUB_MODE": "true"}) as gateway:
        known = {"X-Correlation-ID": "odd"}
        httpx.request("BREW" * 100, f"{gateway.url}/api/v1/vapi/assistants", headers=known, trust_env=False)

        eventually(lambda: why(gateway, "odd") != "")
        assert "BREW" not in why(gateway, "odd")
        page = httpx.get(f"{gateway.admin}/metrics", trust_env=False).text
    assert "BREW" not in page
    assert 'http_request_method="_OTHER"' in page
