"""An operation's successful answers; the others are for the error rules."""

import re
from collections.abc import Iterator

import msgspec

from gateway.importing.bodies import examples, is_json, media_type
from gateway.importing.document import Document, Offered
from gateway.importing.reading import Node
from gateway.importing.schemas import Schemas

_SUCCESS = re.compile(r"2[0-9][0-9]|2[xX][xX]|default")
_BODILESS = frozenset({"204", "205"})
_WILD = frozenset({"*/*", "application/*"})
_EVENTS = "text/event-stream"


class Answers(msgspec.Struct, frozen=True):
    """`written` are keys of an endpoint; `examples` those of its first answer, unchecked."""

    written: dict[str, Node]
    examples: tuple[Node, ...] = ()


def answers(operation: Offered, document: Document, schemas: Schemas) -> Answers:
    """None documented is any JSON with a 200, as in integrations.yaml."""
    found: dict[str, dict[str, Node]] = {}
    given: tuple[Node, ...] = ()
    for number, (status, node) in enumerate(_successes(operation, document)):
        found[status], own = _answer(status, node, document, schemas)
        given = own if number == 0 else given
    if not found:
        return Answers({})
    streamed = any(one.get("type") == _EVENTS for one in found.values())
    streamed = streamed or all("schema" not in one and "type" in one for one in found.values())
    written: dict[str, Node] = {"stream": True} if streamed else {}
    only = found.get("200", {}) if len(found) == 1 else {}
    if only.keys() == {"schema"}:
        return Answers({**written, "response": only["schema"]}, given)
    return Answers({**written, "responses": found}, given)


def _successes(operation: Offered, document: Document) -> Iterator[tuple[str, dict[str, Node]]]:
    """By status, in their order; `2XX`, or `default` where nothing else succeeds, is a 200."""
    responses = operation.written.get("responses")
    told = {str(status): node for status, node in responses.items()} if isinstance(responses, dict) else {}
    known = {status: told[status] for status in sorted(told) if _SUCCESS.fullmatch(status)}
    exact = {status: node for status, node in known.items() if status.isdigit()}
    if not exact:
        wild = next((node for status, node in known.items() if status != "default"), known.get("default"))
        exact = {"200": wild} if wild is not None else {}
    yield from ((status, document.resolved(node)) for status, node in exact.items())


def _answer(
    status: str, node: dict[str, Node], document: Document, schemas: Schemas
) -> tuple[dict[str, Node], tuple[Node, ...]]:
    description = node.get("description")
    words = isinstance(description, str) and description.strip(" .").lower() not in {
        "",
        "ok",
        "success",
        "default response",
    }
    written: dict[str, Node] = {"description": description.strip()} if words and isinstance(description, str) else {}
    content = node.get("content")
    if status in _BODILESS or not isinstance(content, dict) or not content:
        return written, ()
    for name, media in content.items():
        kind = media_type(name)
        if is_json(kind) or kind in _WILD:
            described = document.resolved(media)
            return {**written, "schema": schemas.standing(described.get("schema", {}))}, tuple(examples(described))
    kind = media_type(next(iter(content)))
    return {**written, "type": kind if kind.count("/") == 1 and "*" not in kind else "application/octet-stream"}, ()
