"""What an application holds on to whatever its config says: engines, store, shared state, vault, kept state."""

import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import gateway
from gateway.auditing import noted
from gateway.callers import Identity, Recognition
from gateway.config import Callers, Server
from gateway.contract import Catalog, Surroundings
from gateway.launch import Launch
from gateway.leases import Leases, Reload
from gateway.observing import BUILT_IN, Observing, access
from gateway.observing.catalogue import IN_FLIGHT, gauge
from gateway.plan import Keeper, system_kit
from gateway.records import Records
from gateway.registry import Registry
from gateway.safe import Safe
from gateway.sharing import sharing
from gateway.telemetry import Telemetry
from gateway.together import Together
from gateway.tracing import tracing
from gateway.upstream import Engines, Fetching
from gateway.vitals import Vitals
from gateway.web.edge import Edge
from gateway.web.generation import Generation

if TYPE_CHECKING:
    from gateway.callers.tokens import Tokens


class World:
    """`kit` is what stages and pages are given of it; `catalog` tells what is served."""

    def __init__(self, launch: Launch, registry: Registry, server: Server, catalog: Callable[[], Catalog]) -> None:
        self._lifespans = registry.lifespans
        self._life = contextlib.AsyncExitStack()
        self.keeper = Keeper()
        self.leases = Leases()
        self.telemetry = Telemetry(gateway.__version__, time.time)
        self.workers = Together()
        self.tracing = tracing(launch.environ, gateway.__version__)
        self.sharing = sharing(server.shared_state, launch.environ, self.tracing.asking.redis)
        self.records = Records(server.storage, server.storage_read, self.tracing.asking.database)
        self.engines = Engines(launch.engine)
        fetch = Fetching(self.engines.get, anywhere=launch.allow_private)
        around = Surroundings(environ=launch.environ, fetch=fetch, production=launch.production)
        self.safe = Safe(registry.vaults, around)
        self.kit = system_kit(
            self.keeper,
            launch.environ,
            shared=self.sharing,
            stored=self.records,
            vault=self.safe,
            fetch=fetch,
            catalog=catalog,
            metrics=self.telemetry,
            workers=self.workers,
        )
        self._vitals = Vitals(self.kit, self.sharing, lambda: self.records.trail.used)
        told = [observer.build(self.kit) for observer in (*BUILT_IN, *self.tracing.observers, *registry.observers)]
        self.observing = Observing([*told, *(access(self.kit, launch.environ) if launch.writes else ())])

    def edge(self, generation: Generation, *, sheds: bool) -> Edge:
        """The way in for callers."""
        observing, begin_trace = self.observing, self.tracing.begin
        edge = Edge(generation, time.monotonic, observing=observing, begin_trace=begin_trace, sheds=sheds)
        busy = gauge(self.telemetry, IN_FLIGHT, across="sum")
        self.telemetry.at_scrape("edge", lambda: busy.set(edge.busy))
        return edge

    def recognition(self, callers: Callers) -> Recognition:
        """How callers are recognised whom the config describes so."""
        if callers.anonymous:
            return Recognition(None)
        keys = self.records.callers if callers.api_keys == "required" else None
        return Recognition(Identity(keys, self._tokens(callers)))

    def _tokens(self, callers: Callers) -> "Tokens | None":
        kit, jwt = self.kit, callers.jwt
        if jwt is None:
            return None
        from gateway.callers.key_set import Keys  # noqa: PLC0415 - signatures and what they are checked with: 10 MB
        from gateway.callers.tokens import Tokens  # noqa: PLC0415 - the same

        def made() -> Tokens:
            keys = Keys(kit.fetch, kit.clock, jwt.issuer, allow_private=jwt.allow_private)
            return Tokens(keys, kit.now, jwt.issuer, jwt.audience)

        return self.keeper(("callers", jwt), made)

    async def start(self, reload: Reload, *, keyed: bool) -> None:
        """`reload` is asked for where a secret ends that only another load can replace."""
        self.tracing.start()
        self.sharing.start()
        self._vitals.start()
        self.leases.start(reload)
        if keyed:
            self.records.start()
        for lifespan in self._lifespans:
            await self._life.enter_async_context(lifespan.run(self.kit))

    async def reloaded(self, digest: str, problems: int, address: str) -> None:
        """Tells the audit trail that `digest` serves since now, or serves on since the new config has problems."""
        action = "config.refused" if problems else "config.reloaded"
        who = address or "gateway"
        await noted(self.kit.stored.audit, action, digest, who=who, address=address, problems=problems)

    async def close(self) -> None:
        self.observing.close()
        await self._life.aclose()
        await self._vitals.close()
        await self.leases.close()
        self.keeper.close()
        await self.records.close()
        await self.sharing.close()
        await self.engines.close()
        await self.tracing.close()
