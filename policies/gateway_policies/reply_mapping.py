"""What callers get of a vendor's JSON: a selection, other names, links that lead to the gateway."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from jmespath.exceptions import JMESPathError

from gateway import Call, Kit, Operation, Reply, ReplyMapping
from gateway.errors import ContractViolation
from gateway_policies.expressions import compiled
from gateway_policies.links import rewriter

Mapper = Callable[[Call, Reply], bytes]
DocumentMapper = Callable[[Call, Any], Any]


def reply_mapper(operation: Operation, kit: Kit) -> Mapper | None:
    """None where the body passes as it is. Raises ValueError for an expression that is none."""
    map_document = document_mapper(operation, kit)
    if map_document is None:
        return None

    def mapped(call: Call, reply: Reply) -> bytes:
        assert isinstance(reply.body, bytes)  # noqa: S101 - transform leaves streams alone
        return msgspec.json.encode(map_document(call, decoded(reply.body))) if reply.body else reply.body

    return mapped


def document_mapper(operation: Operation, kit: Kit) -> DocumentMapper | None:
    """The same for a document that is decoded already, which may be changed in place."""
    mapping = operation.reply
    if operation.stream or not (mapping.select or mapping.rename or mapping.links):
        return None
    choose = chooser(mapping)
    rewrite = rewriter(operation, kit) if mapping.links else None

    def mapped(call: Call, document: Any) -> Any:
        if rewrite is not None:
            rewrite(call, document)
        return choose(document)

    return mapped


def chooser(mapping: ReplyMapping) -> Callable[[Any], Any]:
    """Selects and renames; links stay the vendor's."""
    select, rename = None if mapping.select is None else searcher(mapping.select), mapping.rename
    return lambda document: _renamed(document if select is None else select(document), rename)


def searcher(expression: str) -> Callable[[Any], Any]:
    """Looks into a document with JMESPath. Raises ValueError for an expression that is none."""
    parsed = compiled(expression)

    def search(document: Any) -> Any:
        try:
            return parsed.search(document)
        except JMESPathError:  # a function that is given what it cannot take
            raise ContractViolation(f"the vendor's answer is not what `{expression}` can be looked up in") from None

    return search


def decoded(body: bytes) -> Any:
    """Raises ContractViolation where the body is no JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise ContractViolation("the vendor's answer is not JSON") from None


def _renamed(document: Any, rename: Mapping[str, str]) -> Any:
    """Keys of the object, or of each object of a list."""
    if not rename:
        return document
    if isinstance(document, list):
        return [_renamed(item, rename) if isinstance(item, dict) else item for item in document]
    if isinstance(document, dict):
        return {rename.get(key, key): value for key, value in document.items()}
    return document
