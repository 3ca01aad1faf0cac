"""Four processes before a vendor who allows ten calls a second: `python -m tests.limits.trial --seconds 60`.

Two gateways of two workers each share a redis, or four workers of one gateway share by their supervisor. A modest
caller asks three times a second, a greedy one ten times as often.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter, deque
from contextlib import ExitStack
from pathlib import Path

import httpx
import msgspec

from tests.faults.server import Exchange, Vendor
from tests.running import running
from tests.services import redis_server

ALLOWED = 10
"""Calls that the vendor takes in a second."""
MODEST, GREEDY = "127.0.0.2", "127.0.0.3"
"""Callers without a key are told apart by their address."""
RATES = {MODEST: 3.0, GREEDY: 30.0}
WARM = 1.0
"""Seconds before anything is counted: in them the processes see how much is left to them."""
CONFIG = """\
version: 1
server: {shared_state: "${SHARED}"}
integrations:
  crm:
    base_url: ${VENDOR}
    allow_private: true
    rate_limit: {requests: 10, per: 1s, max_wait: 5s}
    endpoints:
      work: {route: GET /work, retry: null}
"""


class Allowance:
    """What the vendor lets pass: never more than ten in any second, less the time that calls may be late."""

    def __init__(self, late: float) -> None:
        self._span = 1.0 - late
        self._last: deque[float] = deque()
        self.served: list[float] = []
        self.refused = 0

    async def answer(self, exchange: Exchange) -> None:
        now = asyncio.get_running_loop().time()
        while self._last and self._last[0] <= now - self._span:
            self._last.popleft()
        if len(self._last) >= ALLOWED:
            self.refused += 1
            await exchange.answer(b"{}", b"429 Too Many Requests", [(b"Content-Type", b"application/json")])
            return
        self._last.append(now)
        self.served.append(now)
        await exchange.answer(b"{}", fields=[(b"Content-Type", b"application/json")])


class Result(msgspec.Struct, frozen=True):
    """`told` are the statuses that each caller got; `used` is the part of the allowance that was."""

    told: dict[str, Counter[int]]
    used: float
    refused: int


async def trial(folder: Path, seconds: float, late: float, gateways: int = 2) -> Result:
    """One gateway has four workers who share by their supervisor."""
    allowance = Allowance(late)
    config = folder / "integrations.yaml"
    config.write_text(CONFIG)
    async with Vendor({"work": allowance.answer}) as vendor:
        with redis_server() as redis, ExitStack() as stack:
            environ = {"SHARED": redis.url if gateways > 1 else "memory", "VENDOR": vendor.url()}
            workers = str(4 // gateways)
            urls = [stack.enter_context(running(config, environ, "--workers", workers)).url for _ in range(gateways)]
            began = asyncio.get_running_loop().time() + WARM
            found = await asyncio.gather(*(_caller(who, urls, seconds + WARM) for who in RATES))
    counted = sum(began <= at < began + seconds for at in allowance.served)
    return Result(dict(zip(RATES, found, strict=True)), counted / (ALLOWED * seconds), allowance.refused)


async def _caller(who: str, urls: list[str], seconds: float) -> Counter[int]:
    """Asks the gateways in turn, on time whatever comes of it; each call has a connection of its own."""
    transport = httpx.AsyncHTTPTransport(local_address=who, limits=httpx.Limits(max_keepalive_connections=0))
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with httpx.AsyncClient(transport=transport, timeout=30) as client:
        asked = []
        for number in range(int(RATES[who] * seconds)):
            await asyncio.sleep(began + number / RATES[who] - loop.time())
            asked.append(asyncio.ensure_future(client.get(f"{urls[number % len(urls)]}/api/v1/crm/work")))
        return Counter([(await each).status_code for each in asked])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--late", type=float, default=0.0, help="seconds by which calls may be late at the vendor's")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(trial(Path(folder), given.seconds, given.late))
    sys.stdout.write(f"{msgspec.json.encode(result).decode()}\n")
    return 0 if not result.refused and result.used >= 0.9 and set(result.told[MODEST]) == {200} else 1


if __name__ == "__main__":
    sys.exit(main())
