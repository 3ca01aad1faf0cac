"""The composition root: the one place where the parts meet."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gateway.callers import believing
from gateway.catalog import catalog_of, public_pages
from gateway.contract import Catalog, Handler, Stage
from gateway.diagnostics import InvalidConfig, render_concise
from gateway.launch import Launch, holds_tokens, keyed, public_url_of, remembers
from gateway.loading import Loaded, load
from gateway.openapi import Entry, explanations, served
from gateway.operations import Health, admin_handlers, health_handlers
from gateway.plan import Flags, Plan, Plans, compile_plans
from gateway.recalling import RECALLED
from gateway.registry import Registry, discover
from gateway.rendering import Rendered, resolved
from gateway.settled import settled
from gateway.siblings import Voice
from gateway.tidying import aside, tidy_memory
from gateway.upstream import sender
from gateway.web.edge import Edge
from gateway.web.entrance import observed
from gateway.web.forwarded import networks
from gateway.web.generation import Endpoint, Generation
from gateway.web.intake import Door
from gateway.web.pages import page_endpoints
from gateway.web.site import build_site
from gateway.world import World

logger = logging.getLogger("gateway")

ENDING = "this gateway is ending"
UNFORESEEN = "the reload failed for a reason that nobody foresaw; the log says which"
BY_HTTPS_ONLY = ((b"strict-transport-security", b"max-age=31536000"),)


class Application:
    """An ASGI application and its life: `edge` serves callers, `admin` the people who run it.

    Everything is compiled before anything is swapped: a config with one problem changes nothing.
    """

    def __init__(self, launch: Launch, registry: Registry | None = None) -> None:
        """Raises InvalidConfig with every problem of the file."""
        self._launch = launch
        self._registry = registry or discover()
        self._flags = msgspec.structs.replace(Flags.read(launch.environ), allow_private=launch.allow_private)
        loaded = self._load(launch.begin or launch.config)
        self._catalog = Catalog()
        self._world = World(launch, self._registry, loaded.config.server, lambda: self._catalog)
        self._world.leases.hold(loaded.readers)
        self._lock = threading.Lock()
        self._reloading = asyncio.Lock()
        self._refusal: str | None = None
        self.on_loaded: Callable[[Loaded], None] = lambda loaded: None
        self.speaks, self._closed = True, False
        self.voice = Voice(self.health, self.reload_aside, self._world.telemetry, self._world.workers)
        self._loaded, self.plans, generation = self._compile(loaded)
        self.edge = self._world.edge(generation, sheds=launch.sheds)
        self.observing = self._world.observing
        self.admin = Edge(self._admin_generation(), time.monotonic)
        self._world.telemetry.loaded(self._loaded.config.digest)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.edge(scope, receive, send)

    @property
    def loaded(self) -> Loaded:
        return self._loaded

    @property
    def _stubbed(self) -> bool:
        return self._flags.stub is True

    @property
    def remembers(self) -> bool:
        """Whether it needs its database."""
        return remembers(self._loaded, self._registry, stubbed=self._stubbed)

    @property
    def tls(self) -> tuple[Path, Path] | None:
        """The files of certificate and key, beside the config unless they are absolute; None where http is served."""
        tls = self._loaded.config.server.tls
        folder = self._launch.config.parent
        return None if tls is None else (folder / tls.cert, folder / tls.key)

    def reload(self) -> tuple[str, ...]:
        """Takes over the file as it is now; whatever is wrong, the old config goes on serving. Tells what is wrong."""
        with self._lock:
            try:
                self._take_over()
            except InvalidConfig as refused:
                return self._refused(tuple(render_concise(problem) for problem in refused.problems))
            except Exception:  # an edge too: whoever asked must hear of it, and so must health and metrics
                logger.exception("config not reloaded, for a reason that nobody foresaw")
                return self._refused((UNFORESEEN,))
        tidy_memory()
        logger.info("config reloaded: %s", self._loaded.config.digest[:12])
        return ()

    async def reload_aside(self, address: str = "") -> tuple[str, ...]:
        """The same beside the requests that are in flight; `address` is whose wish it was, where that is known."""
        async with self._reloading:
            if self._closed:
                return (ENDING,)
            problems = await aside(self.reload)
            if self.speaks:
                await self._world.reloaded(self._loaded.config.digest[:12], len(problems), address)
            return problems

    async def drain(self, grace: float, seconds: float) -> None:
        """Says that it is going, and serves on so that balancers can notice; then refuses what is new, and waits for
        what is in flight, at most so long.
        """
        self.edge.draining = True
        if grace:
            await asyncio.sleep(grace)
        self.edge.refusing = True
        until = time.monotonic() + seconds
        while self.edge.busy and time.monotonic() < until:  # noqa: ASYNC110 - an event would cost every request
            await asyncio.sleep(0.02)

    async def start(self) -> None:
        """In the event loop that serves: looks for the others, so that the first request need not wait for them."""
        await self._world.start(self.reload_aside, keyed=keyed(self._loaded))

    async def close(self) -> None:
        async with self._reloading:  # which leaves a line in the database
            self._closed = True
        await self._world.close()

    def health(self) -> Health:
        breakers = self._world.keeper.get(("breakers",)) or {}
        return Health(
            digest=self._loaded.config.digest,
            integrations={item.name: len(item.endpoints) for item in self._loaded.config.integrations},
            breakers={name: core.state for name, core in breakers.items()},
            stubbed=any(plan.stubbed for plan in self.plans.endpoints),
            shared_state=self._world.sharing.state,
            draining=self.edge.draining,
            reload=self._refusal,
        )

    def _take_over(self) -> None:
        loaded = self._load(self._launch.config)
        if problems := [*settled(self._loaded, loaded, self._registry, stubbed=self._stubbed)]:
            loaded.close()
            raise InvalidConfig(problems)
        self._loaded, self.plans, generation = self._compile(loaded)
        self._refusal = None
        self.edge.swap(generation)
        self._world.leases.hold(loaded.readers)
        self.on_loaded(loaded)
        self._world.telemetry.loaded(self._loaded.config.digest)

    def _load(self, file: Path) -> Loaded:
        return load(file, self._registry, self._launch.environ, lenient_secrets=self._stubbed)

    def _compile(self, loaded: Loaded) -> tuple[Loaded, Plans, Generation]:
        before = self._world.keeper.keys()
        self._world.keeper.begin()
        try:
            public_url = public_url_of(loaded, self._launch)
            known = self._world.recognition(loaded.config.server.callers)
            plans = compile_plans(loaded, self._registry, self._world.kit, self._flags, public_url, identify=known.at)
            catalog = catalog_of(loaded, plans, public_url)
            generation = self._generation(loaded, plans, catalog, known.at_page())
            self._open_vault(loaded)
        except BaseException:
            self._world.keeper.abandon(before)
            loaded.close()
            raise
        self._world.keeper.commit()
        self._catalog, self.known = catalog, known
        return loaded, plans, generation

    def _open_vault(self, loaded: Loaded) -> None:
        """Last, since nothing that follows may fail. Raises InvalidConfig where there is no key."""
        self._world.records.use(used=remembers(loaded, self._registry, stubbed=self._stubbed))
        if not holds_tokens(loaded, self._registry, stubbed=self._stubbed):
            return
        try:
            self._world.safe.use(loaded.config.server.vault)
        except ValueError as wrong:
            raise InvalidConfig([loaded.source.problem("GW310", ("server", "vault"), str(wrong))]) from None

    def _generation(self, loaded: Loaded, plans: Plans, catalog: Catalog, recognise: Stage) -> Generation:
        server, every, public_url = loaded.config.server, [*plans.endpoints, *plans.native], catalog.public_url
        endpoints = [Endpoint.of(observed(plan, self._launch.observe), self._send(plan)) for plan in every]
        pages = public_pages(self._registry.pages, catalog)
        endpoints += page_endpoints(pages, self._world.kit, recognise)
        problems = explanations(Entry.of(plan.operation, plan.policies) for plan in every)
        site = build_site(
            served(server, plans, public_url, pages),
            public_url,
            health_handlers(self.health, self.voice.health, telling=server.callers.anonymous),
            problems,
        )
        door = Door(
            body_limit=int(server.body_limit),
            origins=frozenset(origin.encode() for origin in server.cors.origins),
            proxies=networks(server.trusted_proxies),
            keyless=server.callers.anonymous,
        )
        return Generation(endpoints, site, door, public_url, BY_HTTPS_ONLY if server.tls else ())

    def _admin_generation(self) -> Generation:
        def shown() -> Rendered:
            return resolved(self._loaded, self._registry)

        def document() -> Mapping[str, Any]:
            catalog, server = self._catalog, self._loaded.config.server
            return served(server, self.plans, catalog.public_url, public_pages(self._registry.pages, catalog))

        voice = self.voice
        admin = admin_handlers(voice.health, voice.metrics, voice.reload, shown, document)
        health = health_handlers(self.health, voice.health, telling=not self._launch.guards)
        site = build_site({}, "", [*health, *admin], {})
        pages = [*RECALLED, *(page for policy in self._registry.policies for page in policy.pages)]
        pages += [page for page in self._registry.pages if page.who == "admin"]
        endpoints = page_endpoints(pages, self._world.kit, believing)
        return Generation(endpoints, site, Door(body_limit=64 * 1024, keyless=not self._launch.guards), "")

    def _send(self, plan: Plan) -> Handler:
        engine = self._world.engines.get(allow_private=plan.allow_private)
        return sender(plan.operation, engine, connect_timeout=plan.connect_timeout)

    def _refused(self, problems: tuple[str, ...]) -> tuple[str, ...]:
        self._refusal = "; ".join(problems)
        self._world.telemetry.refused()
        logger.error("config not reloaded: %s", self._refusal)
        return problems
