"""The document of what a whole config serves: the same at its address and on the command line."""

from collections.abc import Iterable
from typing import Any

import gateway
from gateway.config import Server
from gateway.contract import Page
from gateway.openapi.document import document
from gateway.openapi.entry import Entry
from gateway.openapi.fields import CORS, HSTS
from gateway.openapi.pages import with_pages
from gateway.plan import Plans

TITLE = "Integration gateway"


def served(server: Server, plans: Plans, public_url: str, pages: Iterable[Page] = ()) -> dict[str, Any]:
    """`public_url` is where callers find it, which `server` need not say; `pages` are those that are served beside."""
    fields = (*((HSTS,) if server.tls else ()), *(CORS if server.cors.origins else ()))
    entries = [Entry.of(plan.operation, plan.policies, fields) for plan in plans.endpoints]
    anonymous = server.callers.anonymous
    made = document(TITLE, gateway.__version__, public_url, entries, plans.mounts, keyless=anonymous)
    return with_pages(made, pages)
