"""The document of what a whole config serves: the same at its address and on the command line."""

from typing import Any

import gateway
from gateway.config import Server
from gateway.openapi.document import document
from gateway.openapi.entry import Entry
from gateway.openapi.fields import CORS, HSTS
from gateway.plan import Plans

TITLE = "Integration gateway"


def served(server: Server, plans: Plans, public_url: str) -> dict[str, Any]:
    """`public_url` is where callers find it, which `server` need not say."""
    fields = (*((HSTS,) if server.tls else ()), *(CORS if server.cors.origins else ()))
    entries = [Entry.of(plan.operation, plan.policies, fields) for plan in plans.endpoints]
    anonymous = server.callers.anonymous
    return document(TITLE, gateway.__version__, public_url, entries, plans.mounts, keyless=anonymous)
