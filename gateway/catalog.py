"""What plugins are told of what is served: integrations, providers, addresses."""

from collections.abc import Iterable

from gateway.contract import Catalog, Declared, Page
from gateway.declared import Operation
from gateway.loading import Loaded
from gateway.plan import Plans


def catalog_of(loaded: Loaded, plans: Plans, public_url: str) -> Catalog:
    """What is stubbed has no credential: nobody has to connect for it."""
    operations: dict[str, list[Operation]] = {}
    asked: set[str] = set()
    for plan in (*plans.endpoints, *plans.native):
        operations.setdefault(plan.operation.integration, []).append(plan.operation)
        if not plan.stubbed:
            asked.add(plan.operation.integration)
    return Catalog(
        integrations={
            item.name: Declared(
                name=item.name,
                title=item.written.title or item.name,
                credential=item.credential if item.name in asked else None,
                operations=tuple(operations.get(item.name, ())),
            )
            for item in loaded.config.integrations
        },
        providers=loaded.config.providers,
        events=loaded.config.events,
        public_url=public_url,
        return_to=loaded.config.server.return_to,
    )


def public_pages(pages: Iterable[Page], catalog: Catalog) -> list[Page]:
    """Those that stand beside the endpoints, for callers or for anyone."""
    return [page for page in pages if page.who != "admin" and page.needed(catalog)]
