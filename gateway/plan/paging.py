"""Whether the pages of a list can be had as its endpoint says, and what an item of it is."""

import re
from collections.abc import Iterator
from typing import Any

from gateway.declared import Operation
from gateway.diagnostics import Problem
from gateway.loading import Source
from gateway.units import JsonSchema

_NAMES = re.compile(r'(?:[A-Za-z_]\w*|"[^"\\]+")(?:\.(?:[A-Za-z_]\w*|"[^"\\]+"))*', re.ASCII)
_NAME = re.compile(r'"([^"]+)"|(\w+)')
_CHOICES = frozenset({"allOf", "anyOf", "oneOf", "if", "$dynamicRef"})
_DEEPEST = 8
_OWN = ("all", "cursor")
"""Query parameters that the gateway itself declares for lists."""


class NoSuchList(Exception):
    """What the schema of an answer says leaves no room for the list; the message says why."""


def paging_problems(operation: Operation, source: Source) -> Iterator[Problem]:
    path = ("integrations", operation.integration, "endpoints", operation.name)
    asked = [one.name for one in operation.parameters if one.place == "query"]
    for name in (name for name in _OWN if asked.count(name) > 1):
        text = f"`{name}` of `{operation.id}` is a parameter of the gateway's own, for the pages of a list"
        hint = "leave it out, or give it another name and say with `as` what the vendor calls it"
        yield source.problem("GW309", (*path, "query", name), text, hint=hint, at_key=True)
    if operation.paging is None:
        return
    wrong, hint = _unpageable(operation)
    if wrong:
        yield source.problem("GW309", (*path, "paging"), f"`paging` of `{operation.id}`: {wrong}", hint=hint)


def _unpageable(operation: Operation) -> tuple[str, str]:
    """What keeps an endpoint from having pages, and what would be right."""
    if operation.method != "GET":
        return f"a {operation.method} has no pages", "remove it; only a GET lists something"
    if operation.stream:
        return "a stream is passed on unread, so nothing is known of a next page", "remove `stream`, or `paging`"
    page = page_schema(operation)
    if page is None:
        return "the endpoint has no answer with status 200 in JSON", "declare it with `response`"
    try:
        item_schema(operation, page)
    except NoSuchList as wrong:
        return str(wrong), "say with `items` where the list is in the vendor's answer"
    return "", ""


def page_schema(operation: Operation) -> JsonSchema | None:
    """What a page looks like to callers; None where the endpoint answers with something else."""
    if not operation.answers:
        return {}
    return next((answer.schema for answer in operation.answers if answer.status == 200), None)  # noqa: PLR2004


def item_schema(operation: Operation, page: JsonSchema) -> JsonSchema:
    """What an item of a page is, with the page's own definitions; an empty schema where the page does not tell.

    Raises NoSuchList.
    """
    names = _names(operation)
    node = _resolved(page, page)
    if names is None:
        names = () if node.get("type") == "array" else None
    for name in names or ():
        if _CHOICES & node.keys():
            return {}
        if node.get("type", "object") != "object" or name not in node.get("properties", {name: {}}):
            raise NoSuchList(f"the response has no `{name}`")
        node = _resolved(node.get("properties", {}).get(name, {}), page)
    if names is None or _CHOICES & node.keys():
        return {}
    if "array" not in _types(node):
        raise NoSuchList("the response has no list there" if names else "the response is no list")
    return _item(node.get("items", {}), page)


def _names(operation: Operation) -> tuple[str, ...] | None:
    """The way to the list in the answer that callers get; None where only running it would tell."""
    assert operation.paging is not None  # noqa: S101 - asked for where there is paging
    items, select = _steps(operation.paging.items), _steps(operation.reply.select or "@")
    if items is None or select is None or items[: len(select)] != select:
        return None
    rest = items[len(select) :]
    return (operation.reply.rename.get(rest[0], rest[0]), *rest[1:]) if rest else ()


def _steps(expression: str) -> tuple[str, ...] | None:
    if expression == "@":
        return ()
    if not _NAMES.fullmatch(expression):
        return None
    return tuple(found[1] or found[2] for found in _NAME.finditer(expression))


def _resolved(node: Any, root: JsonSchema) -> JsonSchema:
    for _ in range(_DEEPEST):
        reference = node.get("$ref", "") if isinstance(node, dict) else ""
        if not reference:
            break
        node = root.get("$defs", {}).get(reference.removeprefix("#/$defs/"), {})
    return node if isinstance(node, dict) else {}


def _types(node: JsonSchema) -> tuple[str, ...]:
    kind = node.get("type", "array")
    return (kind,) if isinstance(kind, str) else tuple(kind)


def _item(node: Any, root: JsonSchema) -> JsonSchema:
    """The schema of an item by itself; one that refers to places of the page outside its definitions is given up."""
    if not isinstance(node, dict) or any(
        not one.startswith("#/$defs/") for one in _references([node, root.get("$defs")])
    ):
        return {}
    return {**node, "$defs": root["$defs"]} if "$defs" in root else node


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _references(part)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for part in node.values():
            yield from _references(part)
