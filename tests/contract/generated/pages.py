"""Lists that go on: with `reply.links`, or with `paging` in each of its styles."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.contract.generated.schemas import Draw, Schema, objects

Page = dict[str, Any]
Strategy = st.SearchStrategy[Any]

_BOUNDS: Mapping[str, Strategy] = {"max_pages": st.sampled_from([1, 20]), "max_items": st.sampled_from([1, 5000])}
_STYLES: Mapping[str, tuple[Mapping[str, Strategy], Mapping[str, Strategy]]] = {
    "cursor": ({"next": st.sampled_from(["next", "[-1].id"]), "parameter": st.just("after")}, {"size": st.just("per")}),
    "link": ({}, {"next": st.sampled_from(["next", '"@odata.nextLink"'])}),
    "page": (
        {"parameter": st.just("page")},
        {"first": st.sampled_from([0, 1]), "size": st.just("per"), "pages": st.just("meta.pages")},
    ),
    "offset": ({"parameter": st.just("skip")}, {"limit": st.just("per"), "total": st.just("total")}),
}
"""What a style has to say and what it may say."""


@st.composite
def linked(draw: Draw) -> Page:
    """Pages whose addresses stand in the answer and lead to the gateway."""
    response = _wrapped(draw)
    return {
        "response": response,
        "reply": {"links": draw(st.sampled_from([["$.next"], ['$["next"]', "$.things[*].url"]]))},
    }


@st.composite
def paged(draw: Draw) -> Page:
    """Pages that the gateway knows how to go through."""
    style = draw(st.sampled_from(sorted(_STYLES)))
    needed, more = _STYLES[style]
    settings = draw(st.fixed_dictionaries(dict(needed), optional={**more, **_BOUNDS}))
    shape = draw(st.sampled_from(["list", "wrapped", "selected", "undeclared"]))
    found: Page = {"paging": {"style": style, **settings}}
    if shape == "list":
        found["response"] = {"type": "array", "items": draw(objects(1))}
    elif shape == "wrapped":
        found["response"] = _wrapped(draw)
        found["paging"]["items"] = "things"
    elif shape == "selected":
        found |= {"response": {"type": "array", "items": draw(objects(1))}, "reply": {"select": "data.things"}}
        found["paging"]["items"] = "data.things"
    return found


def _wrapped(draw: Draw) -> Schema:
    """An object that holds the list, and perhaps the address of the next page."""
    things = {"type": "array", "items": draw(objects(1))}
    link = draw(st.sampled_from([{"type": ["string", "null"]}, {"type": "string"}, {}]))
    required = ["things", *(["next"] if draw(st.booleans()) else [])]
    return {"type": "object", "properties": {"things": things, "next": link}, "required": required}
