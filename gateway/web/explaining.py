"""The page behind a problem's `type`: what it means and what helps, for people and for programs."""

from collections.abc import Mapping
from html import escape
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from gateway.errors import NoSuchEndpoint
from gateway.problems import Explanation

_FIELDS = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
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
</head>
<body>
<h1>{title}</h1>
{paragraphs}<p>Problem <code>{slug}</code>, status {statuses}.</p>
{endpoints}</body>
</html>
"""


def problem_page(problems: Mapping[str, Explanation]) -> HTTPRouteHandler:
    """Each explanation as JSON, and as a page for who prefers HTML."""
    bodies = {slug: msgspec.json.encode(explanation) for slug, explanation in problems.items()}
    pages = {slug: _page(explanation) for slug, explanation in problems.items()}

    @get("/problems/{slug:str}", name="problem", sync_to_thread=False)
    def problem(request: Request[Any, Any, Any]) -> Response[bytes]:
        slug = request.path_params["slug"]
        if slug not in bodies:
            raise HTTPException(status_code=NoSuchEndpoint.status)
        if "text/html" in request.headers.get("accept", ""):
            return Response(pages[slug], media_type=MediaType.HTML, headers=_FIELDS)
        return Response(bodies[slug], media_type=MediaType.JSON, headers=_FIELDS)

    return problem


def _page(explained: Explanation) -> bytes:
    told = [f"<p>{escape(text)}</p>\n" for text in explained.details]
    listed = "".join(f"<li><code>{escape(name)}</code></li>\n" for name in explained.endpoints)
    page = _PAGE.format(
        title=escape(explained.title),
        paragraphs="".join(told),
        slug=escape(explained.slug),
        statuses=", ".join(map(str, explained.statuses)) or "as the vendor has sent it",
        endpoints=f"<p>It occurs here:</p>\n<ul>\n{listed}</ul>\n" if listed else "",
    )
    return page.encode()
