"""The gateway's own pages in the document: those that callers may ask, as whoever brings them describes them."""

from collections.abc import Iterable
from typing import Any

from gateway.contract import Page


def with_pages(document: dict[str, Any], pages: Iterable[Page]) -> dict[str, Any]:
    """The document with what pages for callers say of themselves; a page that says nothing is for browsers."""
    paths, tags = dict(document["paths"]), dict.fromkeys(tag["name"] for tag in document["tags"])
    for page in pages:
        if page.document:
            paths[page.path] = {**paths.get(page.path, {}), page.method.lower(): dict(page.document)}
            tags |= dict.fromkeys(page.document.get("tags", ()))
    return {**document, "paths": paths, "tags": [{"name": name} for name in tags]}
