"""Every vendor of a config, asked at once: its name, a connection, its certificate, and what it says of the credential.

Each step that fails is one problem at the line that is to be mended, and the steps after it are left out.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gateway.config import IntegrationConfig
from gateway.diagnostics import Problem, in_order
from gateway.errors import AddressForbidden, NameNotResolved, NotSent, TlsFailed
from gateway.loading import Loaded
from gateway.plan import Plan, Plans
from gateway.probing.credential import Answered, ask, harmless
from gateway.probing.names import lookup
from gateway.registry import tag_of
from gateway.upstream import ENGINES, Resolver
from gateway.upstream.reach import host_of, reach
from gateway.upstream.resolve import Lookup

SECONDS = 5.0
"""For all that is asked of one vendor."""


class World(msgspec.Struct, frozen=True):
    """What lies between us and the vendors; `authority` is a PEM file that is trusted beside the system's store."""

    lookup: Lookup = lookup
    authority: Path | None = None
    seconds: float = SECONDS


def probe(loaded: Loaded, plans: Plans, world: World | None = None) -> tuple[Problem, ...]:
    """Asks all vendors at once; the problems in the order of the file."""
    return asyncio.run(_probe(loaded, plans, world or World()))


async def _probe(loaded: Loaded, plans: Plans, world: World) -> tuple[Problem, ...]:
    by_name: dict[str, list[Plan]] = {}
    for plan in (*plans.endpoints, *plans.native):
        by_name.setdefault(plan.operation.integration, []).append(plan)
    vendors = [
        _Vendor(integration, by_name[integration.name], loaded, world)
        for integration in loaded.config.integrations
        if integration.name in by_name
    ]
    found = await asyncio.gather(*(vendor.problems() for vendor in vendors))
    return in_order(problem for problems in found for problem in problems)


class _Vendor:
    """One integration on its way through the steps."""

    def __init__(self, integration: IntegrationConfig, plans: list[Plan], loaded: Loaded, world: World) -> None:
        self._integration = integration
        self._plans = plans
        self._source = loaded.source
        self._world = world
        self._resolver = Resolver(allow_private=plans[0].allow_private, lookup=world.lookup)

    async def problems(self) -> list[Problem]:
        name, until = self._integration.name, asyncio.get_running_loop().time() + self._world.seconds
        if all(plan.stubbed for plan in self._plans):
            return [self._problem("GW405", ("base_url",), f"`{name}` is stubbed: no vendor was asked")]
        reached = await asyncio.gather(*(self._reach(*address) for address in self._addresses()))
        found = [problem for problem in reached if problem is not None]
        if reached[0] is None and (problem := await self._credential(until)) is not None:
            found.append(problem)
        return found

    def _addresses(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """The endpoints' address, then that of the native mount where it has one of its own."""
        yield ("base_url",), self._integration.written.base_url
        native = self._integration.native
        if native is not None and native.base_url is not None:
            yield ("native", "base_url"), native.base_url

    async def _reach(self, key: tuple[str, ...], url: str) -> Problem | None:
        if self._source.is_unset(self._path(key)):
            text = f"the address of `{self._integration.name}` refers to what is not set: no vendor was asked"
            return self._problem("GW405", key, text)
        host, world = url, self._world
        try:
            host = host_of(url)
            await reach(url, self._resolver, patience=world.seconds / 2, authority=world.authority)
        except NameNotResolved:
            return self._problem("GW401", key, f"the name `{host}` leads nowhere", "is it spelt as the vendor has it?")
        except AddressForbidden:
            text = f"`{host}` does not lead to the public internet: it was not asked"
            return self._problem("GW406", key, text, "`allow_private: true` lets this integration go there")
        except TlsFailed as failed:
            return self._problem("GW403", key, f"the certificate of `{host}` is not accepted: {failed.detail}")
        except NotSent as failed:
            return self._problem("GW402", key, f"nobody answers at `{host}`: {failed.detail}")
        return None

    async def _credential(self, until: float) -> Problem | None:
        name, key = self._integration.name, ("credential",)
        credential = self._integration.credential
        if credential is None or tag_of(type(credential)) == "none":
            return None
        if any(path[:3] == self._path(key) for path in self._source.unset):
            return self._problem(
                "GW405", key, f"the credential of `{name}` was not tried: it refers to what is not set"
            )
        plan = harmless(self._plans)
        if plan is None:
            text = f"the credential of `{name}` was not tried: no endpoint can be asked without parameters"
            return self._problem("GW405", key, text)
        answered = await self._ask(plan, until)
        if answered.outcome == "refused":
            return self._problem(
                "GW404", key, f"`{name}` refuses the credential: `{plan.operation.id}` {answered.told}"
            )
        if answered.outcome == "unknown":
            text = f"whether `{name}` accepts the credential is not known: `{plan.operation.id}` {answered.told}"
            return self._problem("GW405", key, text)
        return None

    async def _ask(self, plan: Plan, until: float) -> Answered:
        engine = ENGINES["wreq"](self._resolver, self._world.authority)
        try:
            async with asyncio.timeout_at(until):
                return await ask(plan, engine)
        except TimeoutError:
            return Answered("unknown", f"was not answered within {self._world.seconds:g} seconds")
        finally:
            await engine.close()

    def _problem(self, code: str, key: tuple[str, ...], message: str, hint: str = "") -> Problem:
        return self._source.problem(code, self._path(key), message, hint=hint)

    def _path(self, key: tuple[str, ...]) -> tuple[str, ...]:
        return ("integrations", self._integration.name, *key)
