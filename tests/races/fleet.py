"""Gateways with one database, before a calendar whose tokens a strict provider hands out; all of them real."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import msgspec

from gateway.stored import Connection
from gateway.stores import SqlStore
from gateway_oauth.tokens import secret
from tests.custody.grants import vault_of, within
from tests.life.world import whole
from tests.postgres import Postgres
from tests.provider import OidcProvider
from tests.running import VAULT_KEYS, Running, eventually, running

CONFIG = """
version: 1
server:
  storage: ${{STORAGE}}
  {shared}
providers:
  acme: {provider}
defaults:
  timeout: {{attempt: 50s, total: 55s}}
integrations:
  calendar:
    base_url: {calendar}
    allow_private: true
    credential: {{use: oauth, provider: acme}}
    endpoints:
      list_events: {{route: GET /events, scopes: [calendar.events]}}
"""
WORKERS = "--workers", "2"
EVENTS = "/api/v1/calendar/events"


class Fleet(msgspec.Struct, frozen=True, eq=False):
    gateways: tuple[Running, ...]
    provider: OidcProvider
    storage: str

    def seed(self, user: str, seconds: int) -> float:
        """He has connected, and his token ends after so many; those that follow it live long. Gives that time."""
        self.provider.live(seconds)
        ends = _connected(self.storage, self.provider, user)
        self.provider.live(3600)
        return ends

    def ask(self, user: str, times: int) -> Counter[str]:
        """So many calls to each gateway, all of them at once; the statuses, and what is wrong.

        Who is told that there is too much to do comes again: that is about the machine, and not about tokens.
        """
        return asyncio.run(_asked([gateway.url for gateway in self.gateways], user, times))

    def found(self, user: str) -> Connection:
        async def work(store: SqlStore) -> Connection | None:
            return await store.connections.find("acme", user)

        found = within(self.storage, work)
        assert found is not None
        return found


@contextmanager
def fleet(
    folder: Path,
    postgres: Postgres,
    provider: OidcProvider,
    *,
    redis: str = "",
    environ: Mapping[str, str] | None = None,
) -> Iterator[Fleet]:
    """Two gateways with two workers each; without `redis` the one knows nothing of the other."""
    storage = postgres.database(f"fleet{time.monotonic_ns()}")
    settings = json.dumps(provider.settings(issuer=provider.issuer, allow_private=True))
    shared = f"shared_state: {redis}" if redis else "public_url: http://gateway.example"
    file = folder / "integrations.yaml"
    file.write_text(CONFIG.format(provider=settings, calendar=provider.calendar, shared=shared))
    given = {"STORAGE": storage, "GATEWAY_LINK_SECRET": "one secret for all of them", **(environ or {})}
    with ExitStack() as stack:
        with ThreadPoolExecutor() as together:
            begun = [together.submit(stack.enter_context, running(file, given, *WORKERS, cwd=folder)) for _ in range(2)]
        gateways = [each.result() for each in begun]
        eventually(lambda: all(whole(gateway) for gateway in gateways), 30)
        yield Fleet(tuple(gateways), provider, storage)


def _connected(storage: str, provider: OidcProvider, user: str) -> float:
    now, given, vault = time.time(), provider.tokens(user), vault_of(VAULT_KEYS)
    tokens = msgspec.structs.replace(
        secret(given.access_token), refresh=given.refresh_token, obtained_at=now, expires_at=now + given.expires_in
    )
    made = Connection(
        id=f"con_{user}", provider="acme", user=user, status="active", scopes=("calendar.events",), created_at=now
    )

    async def work(store: SqlStore) -> None:
        sealed = await vault.seal(msgspec.json.encode(tokens), made.bound)
        assert await store.connections.add(msgspec.structs.replace(made, sealed=sealed, expires_at=tokens.expires_at))

    within(storage, work)
    return now + given.expires_in


async def _asked(urls: list[str], user: str, times: int) -> Counter[str]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:

        async def one(url: str) -> str:
            while (answer := await _one(client, url, user)) == "503 overloaded":  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.2)
            return answer

        return Counter(await asyncio.gather(*(one(url) for _ in range(times) for url in urls)))


async def _one(client: httpx.AsyncClient, url: str, user: str) -> str:
    answer = await client.get(url + EVENTS, headers={"x-gateway-user": user})
    if answer.is_success:
        return str(answer.status_code)
    return f"{answer.status_code} {answer.json()['type'].rpartition('/')[2]}"
