"""An endpoint that was imported, with what the file says about it laid over it."""

from collections.abc import Mapping
from typing import Any

from gateway.loading.templates import placeholders

_SCHEMAS = frozenset({"body", "response", "schema"})
"""Replaced as a whole: half a schema of the vendor's and half of somebody else's is nobody's."""

_SOURCES: Mapping[str, frozenset[str]] = {
    "body": frozenset({"body"}),
    "reply": frozenset({"response", "responses", "reply"}),
}
"""What an imported example is an example of."""


def laid_over(imported: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """Maps are merged, everything else is replaced; a parameter or answer that is null is left out."""
    below = dict(imported)
    if "responses" in written and "response" in below:
        below["responses"] = {"200": {"schema": below.pop("response")}}
    if "response" in written:
        below.pop("responses", None)
    if isinstance(written.get("route"), str):
        below.setdefault("upstream", below["route"])
        names = placeholders(written["route"])
        below["path"] = {name: one for name, one in below.get("path", {}).items() if name in names}
    if "examples" in below:
        kept = {of: one for of, one in below["examples"].items() if _SOURCES[of].isdisjoint(written)}
        below["examples"] = kept
    return {key: _over(key, below.get(key), written.get(key, _SAME)) for key in {**below, **written}}


_SAME: Any = object()


def _over(key: str, below: Any, above: Any) -> Any:
    if above is _SAME:
        return below
    if key in _SCHEMAS or not isinstance(below, dict) or not isinstance(above, dict):
        return above
    merged = dict(below)
    for name, value in above.items():
        if value is None and name in below:
            del merged[name]
        else:
            merged[name] = _over(name, below[name], value) if name in below else value
    return merged
