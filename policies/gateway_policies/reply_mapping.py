"""What callers get of a vendor's JSON: a selection, other names, links that lead to the gateway."""

from collections.abc import Callable, Mapping
from typing import Any

import jmespath
import msgspec
from jmespath.exceptions import JMESPathError

from gateway import Call, Kit, Operation, Reply
from gateway.errors import ContractViolation
from gateway_policies.links import rewriter

Mapper = Callable[[Call, Reply], bytes]


def reply_mapper(operation: Operation, kit: Kit) -> Mapper | None:
    """None where the body passes as it is. Raises ValueError for an expression that is none."""
    mapping = operation.reply
    if operation.stream or not (mapping.select or mapping.rename or mapping.links):
        return None
    select = _selector(mapping.select)
    rewrite = rewriter(operation, kit) if mapping.links else None
    rename = mapping.rename

    def mapped(call: Call, reply: Reply) -> bytes:
        assert isinstance(reply.body, bytes)  # noqa: S101 - transform leaves streams alone
        if not reply.body:
            return reply.body
        document = _decoded(reply.body)
        if rewrite is not None:
            rewrite(call, document)
        if select is not None:
            document = select(document)
        return msgspec.json.encode(_renamed(document, rename))

    return mapped


def _selector(expression: str | None) -> Callable[[Any], Any] | None:
    if expression is None:
        return None
    try:
        compiled = jmespath.compile(expression)
    except JMESPathError as wrong:
        raise ValueError(f"`{expression}` is no JMESPath: {wrong}") from None
    search: Callable[[Any], Any] = compiled.search
    return search


def _decoded(body: bytes) -> Any:
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
