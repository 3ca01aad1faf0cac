"""What the gateway serves about itself: health, the OpenAPI document, its pages. A Litestar application."""

import logging
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from gateway.contract import Reply
from gateway.errors import GatewayError, InternalError, InvalidRequest, MethodNotAllowed, NoSuchEndpoint
from gateway.problems import Explanation, problem_reply
from gateway.web.explaining import problem_pages
from gateway.web.generation import Asgi
from gateway.web.manners import with_manners

logger = logging.getLogger("gateway")

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = {"content-security-policy": PAGE_POLICY, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
_DATA = {"x-content-type-options": "nosniff"}
_CATALOG = "application/linkset+json"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".json": "application/json"}


def build_site(
    document: Mapping[str, Any],
    public_url: str,
    handlers: list[HTTPRouteHandler],
    problems: Mapping[str, Explanation],
) -> Asgi:
    """`handlers` are the operations (health, admin), `problems` by slug; documents and pages are added here."""
    pages = [_openapi(document), _catalog(public_url), _docs(), _assets(), *problem_pages(problems)]
    return with_manners(
        Litestar(
            [*handlers, *pages],
            openapi_config=None,
            logging_config=None,
            exception_handlers={HTTPException: _refuser(public_url), Exception: _breaker(public_url)},
        )
    )


def _refuser(public_url: str) -> Callable[[Request[Any, Any, Any], HTTPException], Response[bytes]]:
    """What Litestar refuses looks like everything else that is refused."""

    def refused(request: Request[Any, Any, Any], exc: HTTPException) -> Response[bytes]:
        error = _error(exc)
        request.scope["state"]["slug"] = error.slug  # for whoever is told of the request
        return _response(problem_reply(error, correlation_id=_correlation(request), public_url=public_url))

    return refused


def _breaker(public_url: str) -> Callable[[Request[Any, Any, Any], Exception], Response[bytes]]:
    def broken(request: Request[Any, Any, Any], exc: Exception) -> Response[bytes]:
        request.scope["state"]["slug"] = InternalError.slug
        logger.error("unforeseen failure", exc_info=exc, extra={"correlation_id": _correlation(request)})
        return _response(problem_reply(InternalError(), correlation_id=_correlation(request), public_url=public_url))

    return broken


def _error(exc: HTTPException) -> GatewayError:
    if exc.status_code == NoSuchEndpoint.status:
        return NoSuchEndpoint()
    if exc.status_code == MethodNotAllowed.status:
        allow = (exc.headers or {}).get("allow", "")
        return MethodNotAllowed(headers=((b"allow", allow.encode()),))
    return InvalidRequest() if exc.status_code < InternalError.status else InternalError()


def _correlation(request: Request[Any, Any, Any]) -> str:
    return str(request.scope.get("state", {}).get("correlation_id", ""))


def _response(reply: Reply) -> Response[bytes]:
    assert isinstance(reply.body, bytes)  # noqa: S101 - a problem is no stream
    fields = {name.decode(): value.decode() for name, value in reply.headers}
    return Response(reply.body, status_code=reply.status, headers=fields, media_type=fields.pop("content-type"))


def _openapi(document: Mapping[str, Any]) -> HTTPRouteHandler:
    body = msgspec.json.encode(document)

    @get("/openapi.json", name="openapi", sync_to_thread=False)
    def openapi() -> Response[bytes]:
        return Response(body, media_type=MediaType.JSON, headers=_DATA)

    return openapi


def _catalog(public_url: str) -> HTTPRouteHandler:
    """RFC 9727: where the document of this API is."""
    link = {"href": f"{public_url}/openapi.json", "type": MediaType.JSON.value}
    docs = {"href": f"{public_url}/docs", "type": "text/html"}
    body = msgspec.json.encode(
        {"linkset": [{"anchor": public_url or "/", "service-desc": [link], "service-doc": [docs]}]}
    )

    @get("/.well-known/api-catalog", name="api-catalog", sync_to_thread=False)
    def catalog() -> Response[bytes]:
        return Response(body, media_type=_CATALOG, headers=_DATA)

    return catalog


def _docs() -> HTTPRouteHandler:
    page = _static()["docs.html"]

    @get("/docs", name="docs", sync_to_thread=False)
    def docs() -> Response[bytes]:
        return Response(page, media_type=MediaType.HTML, headers=_PAGE)

    return docs


def _assets() -> HTTPRouteHandler:
    served = {name: body for name, body in _static().items() if not name.endswith(".html")}

    @get("/docs/{name:str}", name="docs-asset", sync_to_thread=False)
    def asset(request: Request[Any, Any, Any]) -> Response[bytes]:
        name = request.path_params["name"]
        if name not in served:
            raise HTTPException(status_code=NoSuchEndpoint.status)
        kind = _TYPES["." + name.rpartition(".")[2]]
        return Response(served[name], media_type=kind, headers={**_PAGE, "cache-control": "public, max-age=3600"})

    return asset


@cache
def _static() -> Mapping[str, bytes]:
    """Two megabytes, which all sites of a process have in common."""
    folder = files("gateway") / "static"
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.is_file() and f.name.endswith(tuple(_TYPES))}
