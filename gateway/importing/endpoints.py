"""One operation of a vendor's document as an endpoint, in the shape in which a person writes it."""

import re

import msgspec

from gateway.importing.answers import Answers, answers
from gateway.importing.bodies import Body, Converters, body
from gateway.importing.document import Document, Offered
from gateway.importing.faults import NotCarried
from gateway.importing.naming import endpoint_name, snake_case
from gateway.importing.parameters import parameters
from gateway.importing.paths import placed
from gateway.importing.reading import Node

_SENTENCE = re.compile(r"(.+?[.!?])(\s|$)", re.DOTALL)
_LONGEST_SUMMARY = 100
_LONGEST_TEXT = 20_000


class Imported(msgspec.Struct, frozen=True):
    """`endpoint` is what stands under `endpoints`, by `name`; `examples` by what they are of, unchecked."""

    name: str
    endpoint: dict[str, Node]
    examples: dict[str, tuple[Node, ...]]


def imported(operation: Offered, document: Document, converters: Converters, base_url: str) -> Imported:
    """Raises NotCarried with why it cannot be taken over, NotUnderstood for a reference that leads away."""
    if operation.method == "TRACE":
        raise NotCarried("the gateway has no TRACE")
    where = placed(operation, base_url)
    sent = body(operation, document, converters)
    received = answers(operation, document, converters.response)
    declared = parameters(operation, document, converters.request, where.names)
    endpoint: dict[str, Node] = {"route": f"{operation.method} {where.route}"}
    if where.upstream != where.route:
        endpoint["upstream"] = f"{operation.method} {where.upstream}"
    endpoint |= _words(operation)
    endpoint |= {place: described for place, described in declared.items() if described}
    endpoint |= _carried(sent, received)
    name = endpoint_name(operation.id, operation.method, operation.path)
    given = {"body": sent.examples if sent else (), "reply": received.examples}
    return Imported(name, endpoint, {of: found for of, found in given.items() if found})


def _words(operation: Offered) -> dict[str, Node]:
    """A summary is one line: without one, the first sentence of the description stands there."""
    written = operation.written
    summary, description = _text(written.get("summary")), _text(written.get("description"))
    if not summary and description and (first := _SENTENCE.match(description)) is not None:
        summary = " ".join(first[1].split()).rstrip(".")
        summary = summary if len(summary) <= _LONGEST_SUMMARY else ""
    summary = summary or snake_case(operation.id).replace("_", " ").capitalize()
    summary = summary or f"{operation.method} {operation.path}"
    found: dict[str, Node] = {"summary": " ".join(summary.split())}
    if description.rstrip(".") != found["summary"] and description:
        found["description"] = description
    if operation.tags:
        found["tags"] = list(operation.tags)
    return {**found, "deprecated": True} if written.get("deprecated") is True else found


def _carried(sent: Body | None, received: Answers) -> dict[str, Node]:
    """An answer can only be passed on as it comes where the body needs nothing done to it."""
    written = dict(received.written)
    if sent is None:
        return written
    if sent.send.get("encode"):
        written.pop("stream", None)
    return {"body": sent.schema, **({"send": sent.send} if sent.send else {}), **written}


def _text(value: Node) -> str:
    return value.strip()[:_LONGEST_TEXT] if isinstance(value, str) else ""
