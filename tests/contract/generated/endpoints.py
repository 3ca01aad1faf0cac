"""Endpoints: routes that meet, what goes in, what comes back, and how both are translated."""

from typing import Any

from hypothesis import strategies as st

from gateway_policies.sample import sample
from tests.contract.generated import parameters
from tests.contract.generated.pages import linked, paged
from tests.contract.generated.schemas import Draw, Schema, bodies, objects, values, wholes

Endpoint = dict[str, Any]

METHODS = ("GET", "GET", "GET", "POST", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
SEGMENTS = ("items", "users", "v1.2", "me", "items:batch", "a-b", "~x", "größe")
NAMES = ("id", "user_id", "item-key")
_FILES = (
    {"type": "string", "contentEncoding": "base64"},
    {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"},
)
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
KINDS = ("short", "short", "long", "empty", "other type", "stream", "none", "links")
_TYPES = ("text/plain", "audio/mpeg", "application/pdf", "text/csv; charset=utf-8", "application/octet-stream")


@st.composite
def routes(draw: Draw) -> list[str]:
    """Up to four, most of them neighbours: what can be done with a collection, with its things, with what is beside."""
    known: dict[tuple[str, str], str] = {}
    for _ in range(draw(st.integers(1, 4))):
        method = draw(st.sampled_from(METHODS))
        base = draw(st.sampled_from([*known.values(), ""])).partition(" ")[2]
        path = _longer(draw, base if base.count("/") < 3 and draw(st.booleans()) else "")
        shape = "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
        known.setdefault((method, shape), f"{method} {path}")
    return list(known.values())


def _longer(draw: Draw, base: str) -> str:
    path = base.rstrip("/")
    for _ in range(draw(st.integers(0 if path else 1, 2))):
        free = [name for name in NAMES if f"{{{name}}}" not in path]
        name = draw(st.sampled_from(free)) if free and path and draw(st.booleans()) else ""
        path += f"/{{{name}}}" if name else f"/{draw(st.sampled_from(SEGMENTS))}"
    return path


@st.composite
def endpoint(draw: Draw, route: str) -> Endpoint:
    method, _, path = route.partition(" ")
    names = [segment[1:-1] for segment in path.split("/") if segment.startswith("{")]
    found: Endpoint = {"route": route, **_told(draw)}
    for key, strategy in (
        ("path", parameters.of_path(names)),
        ("query", parameters.of_query()),
        ("headers", parameters.of_header()),
    ):
        if described := draw(strategy):
            found[key] = described
    if draw(st.integers(0, 4)) == 0:
        found["upstream"] = f"{draw(st.sampled_from(['GET', 'POST', method]))} /vendor{path}"
    if draw(st.integers(0, 9)) < (8 if method in _WITH_BODY else 1):
        _body(draw, found)
    _answers(draw, found)
    return found


def _told(draw: Draw) -> Endpoint:
    """What people read, and the switches that change no shape."""
    optional: dict[str, st.SearchStrategy[Any]] = {
        "summary": st.just("Do it: now # always"),
        "description": st.just("Several\nlines, *marked up*."),
        "tags": st.sampled_from([["Things"], ["Things", "More"]]),
        "deprecated": st.booleans(),
        "sunset": st.just("2027-03-31"),
        "idempotent": st.booleans(),
        "strict": st.booleans(),
        "invalidates": st.sampled_from([["things"], ["a"]]),
        "x-note": st.just({"anything": [1, None]}),
    }
    told: Endpoint = draw(st.fixed_dictionaries({}, optional=optional)) if draw(st.booleans()) else {}
    return told


def _body(draw: Draw, found: Endpoint) -> None:
    schema = draw(bodies())
    if schema.get("type") == "object" and draw(st.integers(0, 6)) == 0:
        schema = {**schema, "properties": {**schema["properties"], "file": draw(st.sampled_from(_FILES))}}
    found["body"] = schema
    is_object = schema.get("type") == "object"
    names = [name for name in schema.get("properties", {}) if is_object]
    if draw(st.integers(0, 3)) == 0:
        found["send"] = _send(draw, names, is_object=is_object)
    if draw(st.integers(0, 2)) == 0:
        found["examples"] = {"body": sample(schema, 2)}


def _send(draw: Draw, names: list[str], *, is_object: bool) -> dict[str, Any]:
    optional: dict[str, st.SearchStrategy[Any]] = {
        "query": st.just({"version": 2, "all": True, "w": "a b", "r": 1.5}),
        "headers": st.just({"X-Api-Version": "2"}),
    }
    if is_object:
        optional |= {
            "encode": st.sampled_from(["json", "form", "multipart"]),
            "body": st.just({"fixed": {"a": [1, None]}}),
        }
    if names:
        optional["rename"] = st.just({names[0]: "Renamed"})
    sent: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=optional))
    return sent


def _answers(draw: Draw, found: Endpoint) -> None:
    reads = found["route"].startswith("GET ")
    kind = draw(st.sampled_from([*KINDS, *(("pages", "pages") if reads else ())]))
    if kind == "short":
        found["response"] = draw(wholes())
        _reply(draw, found)
    elif kind == "long":
        statuses = draw(st.lists(st.sampled_from([200, 201, 202, 203, 204]), min_size=1, max_size=3, unique=True))
        found["responses"] = {status: _answer(draw, status) for status in statuses}
    elif kind == "empty":
        found["responses"] = {
            draw(st.sampled_from([200, 202, 204])): draw(st.sampled_from([{}, {"description": "Done"}]))
        }
    elif kind == "other type":
        found["responses"] = {200: {"type": draw(st.sampled_from(_TYPES))}}
    elif kind == "stream":
        found |= {"responses": {200: {"type": draw(st.sampled_from(_TYPES))}}, "stream": True}
    elif kind == "links":
        found |= draw(linked())
    elif kind == "pages":
        found |= draw(paged())


def _answer(draw: Draw, status: int) -> dict[str, Any]:
    if status == 204:
        return {}
    return (
        {"schema": draw(values())} if draw(st.booleans()) else {"schema": draw(objects()), "description": "So: it is"}
    )


def _reply(draw: Draw, found: Endpoint) -> None:
    schema: Schema = found["response"]
    names = list(schema.get("properties", {})) if schema.get("type") == "object" else []
    optional: dict[str, st.SearchStrategy[Any]] = {"select": st.sampled_from(["data", "data.items", '"@odata.value"'])}
    if names:
        optional["rename"] = st.just({"vendorName": names[0]})
    if draw(st.integers(0, 3)) == 0:
        found["reply"] = draw(st.fixed_dictionaries({}, optional=optional))
    if draw(st.integers(0, 2)) == 0:
        found.setdefault("examples", {})["reply"] = sample(schema, 3)
