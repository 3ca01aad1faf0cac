"""The composition root: the one place where the parts meet."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

import gateway
from gateway.contract import Call, Handler, Reply
from gateway.diagnostics import InvalidConfig, render_concise
from gateway.launch import Launch, keyed, public_url_of
from gateway.loading import Loaded, load
from gateway.openapi import Entry, explanations, served
from gateway.operations import Health, admin_handlers, health_handlers
from gateway.plan import Flags, Keeper, Plan, Plans, bind, compile_plans, system_kit
from gateway.records import Records
from gateway.registry import Registry, discover
from gateway.rendering import Rendered, resolved
from gateway.sharing import sharing
from gateway.siblings import Voice
from gateway.telemetry import Telemetry
from gateway.tidying import tidy_memory
from gateway.upstream import Engines, sender
from gateway.web.edge import Edge
from gateway.web.forwarded import networks
from gateway.web.generation import Endpoint, Generation
from gateway.web.intake import Door
from gateway.web.pages import page_endpoint
from gateway.web.site import build_site

logger = logging.getLogger("gateway")

ADMIN_BODY = 64 * 1024
UNFORESEEN = "the reload failed for a reason that nobody foresaw; the log says which"
MOVED = "`shared_state` is settled when the gateway starts, since what it counts lies there"
RESTART = "restart it; the rest of the file is taken over then too"
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
        self._keeper = Keeper()
        loaded = self._load(launch.begin or launch.config)
        self._sharing = sharing(loaded.config.server.shared_state, launch.environ)
        self._kit = system_kit(self._keeper, launch.environ, self._sharing)
        self._records = Records(loaded.config.server.storage)
        self._telemetry = Telemetry(gateway.__version__, time.time)
        self._engines = Engines(launch.engine)
        self._lock = threading.Lock()
        self._refusal: str | None = None
        self.on_loaded: Callable[[Loaded], None] = _nothing
        self.voice = Voice(self.health, self.reload_aside, self._telemetry)
        self._loaded, self.plans, generation = self._compile(loaded)
        self.edge = Edge(generation, time.monotonic, sheds=launch.sheds)
        self.admin = Edge(self._admin_generation(), time.monotonic)
        self._telemetry.loaded(self._loaded.config.digest)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.edge(scope, receive, send)

    @property
    def loaded(self) -> Loaded:
        return self._loaded

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

    async def reload_aside(self) -> tuple[str, ...]:
        """The same beside the requests that are in flight."""
        return await asyncio.to_thread(self.reload)

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

    def start(self) -> None:
        """In the event loop that serves: looks for the others, so that the first request need not wait for them."""
        self._sharing.start()
        if keyed(self._loaded):
            self._records.start()

    async def close(self) -> None:
        self._keeper.close()
        await self._records.close()
        await self._sharing.close()
        await self._engines.close()

    def health(self) -> Health:
        breakers = self._keeper.get(("breakers",)) or {}
        return Health(
            digest=self._loaded.config.digest,
            integrations={item.name: len(item.endpoints) for item in self._loaded.config.integrations},
            breakers={name: core.state for name, core in breakers.items()},
            stubbed=any(plan.stubbed for plan in self.plans.endpoints),
            shared_state=self._sharing.state,
            draining=self.edge.draining,
            reload=self._refusal,
        )

    def _take_over(self) -> None:
        loaded = self._load(self._launch.config)
        if loaded.config.server.shared_state != self._loaded.config.server.shared_state:
            raise InvalidConfig([loaded.source.problem("GW117", ("server", "shared_state"), MOVED, hint=RESTART)])
        if keyed(loaded) and (not keyed(self._loaded) or loaded.config.server.storage != self._records.storage):
            raise InvalidConfig([loaded.source.problem("GW117", ("server", "callers"), MOVED, hint=RESTART)])
        self._loaded, self.plans, generation = self._compile(loaded)
        self._refusal = None
        self.edge.swap(generation)
        self.on_loaded(loaded)
        self._telemetry.loaded(self._loaded.config.digest)

    def _load(self, file: Path) -> Loaded:
        lenient = self._flags.stub is True
        return load(file, self._registry, self._launch.environ, lenient_secrets=lenient)

    def _compile(self, loaded: Loaded) -> tuple[Loaded, Plans, Generation]:
        before = self._keeper.keys()
        self._keeper.begin()
        try:
            public_url = public_url_of(loaded, self._launch)
            identify = self._records.identify if keyed(loaded) else None
            plans = compile_plans(loaded, self._registry, self._kit, self._flags, public_url, identify=identify)
            generation = self._generation(loaded, plans, public_url)
        except BaseException:
            self._keeper.abandon(before)
            raise
        self._keeper.commit()
        return loaded, plans, generation

    def _generation(self, loaded: Loaded, plans: Plans, public_url: str) -> Generation:
        server, every = loaded.config.server, [*plans.endpoints, *plans.native]
        endpoints = [Endpoint.of(plan, self._handler(plan)) for plan in every]
        problems = explanations(Entry.of(plan.operation, plan.policies) for plan in every)
        site = build_site(
            served(server, plans, public_url),
            public_url,
            health_handlers(self.health, self.voice.health, telling=not keyed(loaded)),
            problems,
        )
        door = Door(
            body_limit=int(server.body_limit),
            origins=frozenset(origin.encode() for origin in server.cors.origins),
            proxies=networks(server.trusted_proxies),
            keyless=not keyed(loaded),
        )
        return Generation(endpoints, site, door, public_url, BY_HTTPS_ONLY if server.tls else ())

    def _admin_generation(self) -> Generation:
        def shown() -> Rendered:
            return resolved(self._loaded, self._registry)

        def document() -> Mapping[str, Any]:
            return self._document(public_url_of(self._loaded, self._launch))

        voice = self.voice
        admin = admin_handlers(voice.health, voice.metrics, voice.reload, shown, document)
        site = build_site({}, "", [*health_handlers(self.health, voice.health), *admin], {})
        pages = [page for policy in self._registry.policies for page in policy.pages]
        endpoints = [page_endpoint(page, page.build(self._kit)) for page in pages]
        return Generation(endpoints, site, Door(body_limit=ADMIN_BODY), "")

    def _all(self) -> list[Plan]:
        return [*self.plans.endpoints, *self.plans.native]

    def _handler(self, plan: Plan) -> Handler:
        handle, observe = bind(plan, self._send(plan)), self._launch.observe
        if observe is None:
            return handle

        async def observed(call: Call) -> Reply:
            observe(call.trail)
            return await handle(call)

        return observed

    def _send(self, plan: Plan) -> Any:
        engine = self._engines.get(allow_private=plan.allow_private)
        return sender(plan.operation, engine, connect_timeout=plan.connect_timeout)

    def _document(self, public_url: str) -> Mapping[str, Any]:
        return served(self._loaded.config.server, self.plans, public_url)

    def _refused(self, problems: tuple[str, ...]) -> tuple[str, ...]:
        self._refusal = "; ".join(problems)
        self._telemetry.refused()
        logger.error("config not reloaded: %s", self._refusal)
        return problems


def _nothing(loaded: Loaded) -> None:
    """Nobody wants to know."""
