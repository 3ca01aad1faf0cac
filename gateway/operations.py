"""Health, and what is loaded and in what state: for orchestrators, deploy scripts and the people who run it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from gateway.sharing import State

_NO_STORE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What is serving: `breakers` is state by name, `reload` what the last reload said when it failed.

    `shared_state` is `alone` where there is nobody to share with, and `lost` while the others cannot be asked.
    `astray` says which workers do not answer, or serve something else than the one that was asked.
    """

    digest: str
    integrations: Mapping[str, int]
    breakers: Mapping[str, str]
    stubbed: bool
    shared_state: State = "alone"
    draining: bool = False
    reload: str | None = None
    astray: Sequence[str] = ()

    @property
    def degraded(self) -> bool:
        return (
            self.reload is not None
            or bool(self.astray)
            or self.shared_state == "lost"
            or any(state != "closed" for state in self.breakers.values())
        )


def health_handlers(
    health: Callable[[], Health], overall: Callable[[], Awaitable[Health]], *, telling: bool = True
) -> list[HTTPRouteHandler]:
    """/livez says that the process runs, /readyz that it wants requests, /health how everything is.

    `health` is this worker's own, `overall` that of all workers. Unless `telling`, strangers learn no details.
    """

    @get("/livez", name="livez", sync_to_thread=False)
    def livez() -> Response[bytes]:
        return _json({"status": "ok"})

    @get("/readyz", name="readyz", sync_to_thread=False)
    def readyz(request: Request[Any, Any, Any]) -> Response[bytes]:
        now = health()
        body: dict[str, Any] = {"status": "shutting-down" if now.draining else "ok"}
        if telling and "verbose" in request.query_params:
            body["config"] = {"digest": now.digest, "reload": now.reload or "ok"}
            body["shared_state"] = now.shared_state
        return _json(body, 503 if now.draining else 200)

    @get("/health", name="health")
    async def everything() -> Response[bytes]:
        now = await overall()
        status = "degraded" if now.degraded else "ok"
        if not telling:
            return _json({"status": status})
        body = {
            "status": status,
            "stub": now.stubbed,
            "shared_state": now.shared_state,
            "integrations": {
                name: {"endpoints": endpoints, "breaker": now.breakers.get(name, "closed")}
                for name, endpoints in now.integrations.items()
            },
        }
        return _json(body)

    return [livez, readyz, everything]


def admin_handlers(
    health: Callable[[], Awaitable[Health]],
    metrics: Callable[[str], Awaitable[tuple[bytes, str]]],
    reload: Callable[[str], Awaitable[list[str]]],
    resolved: Callable[[], object],
    document: Callable[[], object],
) -> list[HTTPRouteHandler]:
    """What the admin listener adds, for all workers: the loaded config, its breakers, metrics, a reload on request.

    `resolved` and `document` are what `gateway diff` compares a file with: everything filled in, secrets masked.
    """

    @get("/metrics", name="metrics")
    async def scrape(request: Request[Any, Any, Any]) -> Response[bytes]:
        body, media_type = await metrics(request.headers.get("accept", ""))
        return Response(body, media_type=media_type, headers=_NO_STORE)

    @get("/admin/config", name="config")
    async def config() -> Response[bytes]:
        return _json(msgspec.to_builtins(await health()))

    @get("/admin/config/resolved", name="resolved", sync_to_thread=True)
    def filled_in() -> Response[bytes]:
        return _json(resolved())

    @get("/admin/openapi.json", name="admin-openapi", sync_to_thread=True)
    def described() -> Response[bytes]:
        return _json(document())

    @post("/admin/reload", name="reload")
    async def again(request: Request[Any, Any, Any]) -> Response[bytes]:
        known: Any = request.scope.get("gateway.caller")
        problems = await reload(known.id if known else request.client.host if request.client else "")
        return _json({"reloaded": not problems, "problems": problems}, 200 if not problems else 409)

    return [scrape, config, filled_in, described, again]


def _json(body: object, status: int = 200) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type=MediaType.JSON, headers=_NO_STORE)
