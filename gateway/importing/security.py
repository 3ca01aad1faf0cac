"""What a document says about credentials: which an operation asks for, and where they travel."""

from gateway.importing.document import Document, Offered
from gateway.importing.reading import Node

Suggestion = dict[str, str]
"""What could stand under `credential`; the secrets are references, named for the integration."""


def suggested_credential(document: Document, operation: Offered, integration: str) -> Suggestion | None:
    """None where no credential is needed, or one of a kind that is not known."""
    schemes = _schemes(document)
    asked = operation.written.get("security", document.root.get("security"))
    if not isinstance(asked, list) or {} in asked:
        return None
    name = integration.upper().replace("-", "_")
    for names in asked:
        for scheme in names if isinstance(names, dict) else ():
            if (found := _of_scheme(document.resolved(schemes.get(scheme)), name)) is not None:
                return found
    return None


def key_parameters(document: Document) -> set[tuple[str, str]]:
    """Place and name of the parameters that carry a key, whichever operation asks for it."""
    schemes = (document.resolved(one) for one in _schemes(document).values())
    return {(str(one.get("in")), str(one.get("name"))) for one in schemes if one.get("type") == "apiKey"}


def _schemes(document: Document) -> dict[str, Node]:
    return document.resolved(document.resolved(document.root.get("components")).get("securitySchemes"))


def _of_scheme(scheme: dict[str, Node], name: str) -> Suggestion | None:
    kind, way = scheme.get("type"), str(scheme.get("scheme", "")).lower()
    if kind == "http" and way == "basic":
        return {"use": "basic", "username": f"${{{name}_USERNAME}}", "password": f"${{{name}_PASSWORD}}"}
    if kind in ("oauth2", "openIdConnect"):
        return {"use": "bearer", "token": f"${{{name}_ACCESS_TOKEN}}"}
    if kind == "http" and way == "bearer":
        return {"use": "bearer", "token": f"${{{name}_API_KEY}}"}
    place, own = scheme.get("in"), scheme.get("name")
    if kind == "apiKey" and isinstance(own, str) and place in ("header", "query"):
        return {"use": place, "name": own, "value": f"${{{name}_API_KEY}}"}
    return None
