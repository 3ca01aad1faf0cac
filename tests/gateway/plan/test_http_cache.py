"""Which endpoints keep answers as their vendor says, and which write to what those keep."""

from pathlib import Path

from gateway.loading import load
from gateway.plan import Flags, compile_plans
from gateway.plan.keeper import Keeper, system_kit
from gateway.registry import discover

CONFIG = """\
version: 1
integrations:
  crm:
    base_url: https://crm.example
    endpoints:
      list_contacts: {route: GET /contacts, cache: {ttl: 5m, respect_upstream: true}}
      see_contacts: {route: HEAD /contacts, cache: {ttl: 5m, methods: [HEAD], respect_upstream: true}}
      head_contacts: {route: HEAD /others, cache: {ttl: 5m, respect_upstream: true}}
      simple: {route: GET /simple, cache: {ttl: 5m}}
      plain: {route: GET /plain}
      streamed: {route: GET /streamed, stream: true, cache: {ttl: 5m, respect_upstream: true}}
      create: {route: POST /contacts}
      query: {route: POST /query, cache: {ttl: 5m, methods: [POST]}}
      search: {route: POST /search, upstream: GET /search, cache: {ttl: 5m, respect_upstream: true}}
  erp:
    base_url: https://erp.example
    cache: {ttl: 5m, respect_upstream: true}
    endpoints:
      list_things: {route: GET /things}
      create: {route: POST /things}
  files:
    base_url: https://files.example
    endpoints:
      create: {route: POST /files, cache: null}
"""

KINDS = {
    "crm.list_contacts": "keeps",
    "crm.see_contacts": "keeps",
    "crm.head_contacts": "",
    "crm.simple": "",
    "crm.plain": "",
    "crm.streamed": "",
    "crm.create": "writes",
    "crm.query": "",
    "crm.search": "keeps",
    "erp.list_things": "keeps",
    "erp.create": "writes",
    "files.create": "",
}


def test_an_endpoint_keeps_or_writes_by_what_it_asks_of_the_vendor(tmp_path: Path) -> None:
    file = tmp_path / "integrations.yaml"
    file.write_text(CONFIG)
    registry = discover()
    loaded = load(file, registry, {}, lenient_secrets=True)
    plans = compile_plans(loaded, registry, system_kit(Keeper(), {}), Flags(), "http://localhost:8000").endpoints

    assert {plan.operation.id: plan.operation.http_cache for plan in plans} == KINDS
    assert {plan.operation.id: "http_cache" in dict(plan.stages) for plan in plans} == {
        name: bool(kind) for name, kind in KINDS.items()
    }
