"""`openapi:` — endpoints that a vendor's own document describes, beside those that the file writes itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.diagnostics import Problem, Severity
from gateway.importing import (
    Converters,
    Document,
    Imported,
    NotCarried,
    NotUnderstood,
    Offered,
    Unreadable,
    imported,
    is_one,
    pick,
    spellings,
    suggested_credential,
    text_of,
    values_of,
)
from gateway.loading.compiling import InvalidSchema, compiled_schema, pattern_works
from gateway.loading.naming import nearest
from gateway.loading.overlaying import laid_over
from gateway.loading.source import Source
from gateway.loading.tree import Keys
from gateway.loading.walking import entries

_PARAMETER = re.compile(r"\{[^{}]*\}")


class Imports:
    """Expands what integrations import; `files` are all that were asked for, `texts` those that could be read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._documents: dict[Path, tuple[Document, Converters]] = {}
        self.files: list[Path] = []
        self.texts: dict[Path, str] = {}
        self.problems: list[Problem] = []

    def expand(self, data: Any) -> None:
        """Changes `data` in place: imported endpoints stand under `endpoints`, in the order of the document's items."""
        for name, integration in entries(data, "integrations"):
            asked, own = integration.get("openapi"), integration.get("endpoints", {})
            if not (isinstance(asked, dict) and isinstance(own, dict) and isinstance(asked.get("document"), str)):
                continue
            found = self._document(asked["document"], ("integrations", name, "openapi", "document"))
            if found is not None and isinstance(asked.get("operations"), list):
                picking = _Picking(self._source, name, *found)
                picking.take(asked["operations"], integration.get("base_url"), own)
                self.problems.extend(picking.problems)
                integration["endpoints"] = {**picking.endpoints, **_others(own, picking.endpoints)}
                self._credential(picking, integration)

    def _document(self, written: str, at: Keys) -> tuple[Document, Converters] | None:
        path = self._source.folder(at) / written
        try:
            if path not in self._documents:
                self.files.append(path)
                self.texts[path] = text_of(path)
                document = Document(values_of(self.texts[path]))
                self._documents[path] = document, Converters.of(document, pattern_works)
        except Unreadable as unreadable:
            self._report("GW220", at, f"`{written}`: {unreadable}")
        except NotUnderstood as reason:
            self._report("GW221", at, f"`{written}`: {reason}", reason.hint)
        return self._documents.get(path)

    def _credential(self, picking: "_Picking", integration: dict[str, Any]) -> None:
        suggested = picking.suggested
        if suggested is None or "credential" in integration:
            return
        words = ", ".join(f'{key}: "{text}"' if "$" in text else f"{key}: {text}" for key, text in suggested.items())
        self.problems.append(
            self._source.problem(
                "GW224",
                ("integrations", picking.integration, "openapi"),
                f"integration `{picking.integration}` has no credential, and its document asks for one",
                hint=f"credential: {{{words}}}",
                at_key=True,
            )
        )

    def _report(self, code: str, at: Keys, message: str, hint: str = "") -> None:
        self.problems.append(self._source.problem(code, at, message, hint=hint))


class _Picking:
    """What one integration takes from its document."""

    def __init__(self, source: Source, integration: str, document: Document, converters: Converters) -> None:
        self._source = source
        self._document = document
        self._converters = converters
        self._names: dict[str, str] = {}
        self._routes: dict[str, str] = {}
        self.integration = integration
        self.endpoints: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self.suggested: dict[str, str] | None = None

    def take(self, items: list[Any], base_url: Any, own: dict[str, Any]) -> None:
        """`own` are the endpoints that the file writes; those of the same name are laid over the imported ones."""
        seen: set[int] = set()
        for index, item in enumerate(items):
            if not isinstance(item, str):
                continue
            at: Keys = ("integrations", self.integration, "openapi", "operations", index)
            picked = pick(self._document, item)
            if not picked:
                hint = nearest(item, spellings(self._document, item))
                self._report("GW222", at, f"the document has no operation `{item}`", hint)
            for operation in picked:
                if id(operation) not in seen:
                    seen.add(id(operation))
                    self._take(operation, base_url if isinstance(base_url, str) else "", own, item, at)

    def _take(self, operation: Offered, base_url: str, own: dict[str, Any], item: str, at: Keys) -> None:
        """Who names one operation misses it; of those that a pattern means, what can be taken over is."""
        severity: Severity = "error" if is_one(item) else "warning"
        try:
            found = imported(operation, self._document, self._converters, base_url)
            endpoint = self._laid(found, own)
        except NotUnderstood as reason:
            self._report("GW221", at, f"`{operation.name}`: {reason}", reason.hint)
            return
        except NotCarried as reason:
            message = f"`{operation.name}` cannot be taken over: {reason}"
            self._report("GW223", at, message, severity=severity)
            return
        self.endpoints[found.name] = endpoint
        self._names[found.name] = self._routes[_route(endpoint)] = operation.name
        self._source.made_from(("integrations", self.integration, "endpoints", found.name), at)
        if self.suggested is None:
            self.suggested = suggested_credential(self._document, operation, self.integration)

    def _laid(self, found: Imported, own: dict[str, Any]) -> Any:
        """The endpoint as the file has it. Raises NotCarried where another one has its name or its route."""
        if found.name in self._names:
            raise NotCarried(f"it would be called `{found.name}`, as is `{self._names[found.name]}`")
        written = own.get(found.name, {})
        if not isinstance(written, dict):
            return written
        endpoint = laid_over({**found.endpoint, **_examples(found)}, written)
        if (other := self._routes.get(_route(endpoint))) is not None:
            raise NotCarried(f"its route would be that of `{other}`: give one of them another `route`")
        return endpoint

    def _report(self, code: str, at: Keys, message: str, hint: str = "", severity: Severity | None = None) -> None:
        self.problems.append(self._source.problem(code, at, message, hint=hint, severity=severity))


def _others(own: dict[str, Any], taken: dict[str, Any]) -> dict[str, Any]:
    return {name: endpoint for name, endpoint in own.items() if name not in taken}


def _route(endpoint: Any) -> str:
    """Routes that differ in the names of their parameters only are the same."""
    route = endpoint.get("route") if isinstance(endpoint, dict) else None
    return _PARAMETER.sub("{}", route) if isinstance(route, str) else ""


def _examples(found: Imported) -> dict[str, Any]:
    """Of each kind the first that fits its own schema: documents are not held to their examples, and we are."""
    chosen = {of: one for of, given in found.examples.items() for one in _fitting(found.endpoint, of, given)}
    return {"examples": chosen} if chosen else {}


def _fitting(endpoint: dict[str, Any], of: str, given: tuple[Any, ...]) -> Iterator[Any]:
    answers = endpoint.get("responses") or {"200": {"schema": endpoint.get("response")}}
    schema = endpoint.get("body") if of == "body" else next(iter(answers.values())).get("schema")
    if schema is None:
        return
    try:
        checker = compiled_schema(schema)
    except InvalidSchema:
        return
    yield from [one for one in given if checker.is_valid(one)][:1]
