"""The pages behind a problem's `type`: what it means and what helps, for people and for programs."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from gateway.errors import NoSuchEndpoint
from gateway.explanations import problem_page
from gateway.problems import Explanation

_FIELDS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "vary": "Accept",
}
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="../docs/page.css">
</head>
<body>
<main>
<h1>{title}</h1>
{body}</main>
</body>
</html>
"""


def problem_pages(problems: Mapping[str, Explanation]) -> list[HTTPRouteHandler]:
    """Each explanation as JSON, and as a page for who prefers HTML; `/problems/` lists them."""
    pages: dict[str, tuple[bytes, bytes]] = {}

    @get("/problems/{slug:str}", name="problem", sync_to_thread=False)
    def problem(request: Request[Any, Any, Any]) -> Response[bytes]:
        slug = request.path_params["slug"]
        if slug not in problems:
            raise HTTPException(status_code=NoSuchEndpoint.status)
        if slug not in pages:  # most are never asked for, so none is read before it is
            pages[slug] = _written(problems[slug])
        return _negotiated(request, *pages[slug])

    @get("/problems", name="problems", sync_to_thread=False)
    def index(request: Request[Any, Any, Any]) -> Response[bytes]:
        listed = [problems[slug] for slug in sorted(problems)]
        rows = [{"slug": one.slug, "title": one.title, "statuses": one.statuses} for one in listed]
        return _negotiated(request, msgspec.json.encode(rows), _page("Problems", _list(map(_entry, listed))))

    return [problem, index]


def _negotiated(request: Request[Any, Any, Any], document: bytes, page: bytes) -> Response[bytes]:
    if "text/html" in request.headers.get("accept", ""):
        return Response(page, media_type=MediaType.HTML, headers=_FIELDS)
    return Response(document, media_type=MediaType.JSON, headers=_FIELDS)


def _written(explained: Explanation) -> tuple[bytes, bytes]:
    """The explanation as JSON and as HTML; what an error rule of the config says has no text but its own."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only who reads a page has a use for it

    found = problem_page(explained.slug)
    text = "" if found is None else found.text
    document = msgspec.json.encode({**msgspec.structs.asdict(explained), "text": text})
    rendered = MarkdownIt("commonmark", {"html": False}).render(text.partition("\n")[2])
    return document, _page(explained.title, "".join((*_told(explained), rendered, _places(explained))))


def _told(explained: Explanation) -> list[str]:
    statuses = ", ".join(map(str, explained.statuses)) or "as the vendor has sent it"
    details = [f"<p>{escape(text)}</p>\n" for text in explained.details]
    return [f"<p>Problem <code>{escape(explained.slug)}</code>, status {statuses}.</p>\n", *details]


def _places(explained: Explanation) -> str:
    if not explained.endpoints:
        return ""
    return "<h2>It occurs here</h2>\n" + _list(f"<code>{escape(name)}</code>" for name in explained.endpoints)


def _entry(explained: Explanation) -> str:
    address = escape(f"../problems/{explained.slug}")
    return f'<a href="{address}">{escape(explained.title)}</a> <code>{escape(explained.slug)}</code>'


def _list(items: Iterable[str]) -> str:
    return "".join(("<ul>\n", *(f"<li>{item}</li>\n" for item in items), "</ul>\n"))


def _page(title: str, body: str) -> bytes:
    return _PAGE.format(title=escape(title), body=body).encode()
