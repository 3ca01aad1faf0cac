"""An OpenAPI document: which operations it offers, and what its local references lead to."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import msgspec

from gateway.importing.discovery import is_discovery, openapi_of
from gateway.importing.faults import NotUnderstood
from gateway.importing.reading import Node

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
_INDEX = re.compile(r"[0-9]{1,9}")
_MOST_STEPS = 20
"""References that lead to references; more of them are a circle."""


class Offered(msgspec.Struct, frozen=True, eq=False):
    """An operation as the document offers it; `server` is the path of the address that it stands below."""

    id: str
    method: str
    path: str
    tags: tuple[str, ...]
    server: str
    written: dict[str, Node]
    parameters: tuple[Node, ...]
    """Those of its path, then its own."""

    @property
    def name(self) -> str:
        return self.id or f"{self.method} {self.path}"


class Document:
    """Raises NotUnderstood for what is no OpenAPI 3.0 or 3.1, and no discovery document."""

    def __init__(self, root: Node) -> None:
        self.root: dict[str, Node] = openapi_of(root) if is_discovery(root) else _checked(root)
        self.is_new = str(self.root.get("openapi")).startswith("3.1")
        self.operations = tuple(self._operations())

    def at(self, reference: str) -> Node:
        """What a reference leads to; None where it leads nowhere. Raises NotUnderstood for one that leads away."""
        if not reference.startswith("#"):
            raise NotUnderstood(
                f"it refers to another document: `{reference}`",
                "bundle it into one file, such as with `redocly bundle`",
            )
        found: Node = self.root
        for word in unquote(reference[1:]).split("/")[1:]:
            key = word.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict):
                found = found.get(key)
            elif isinstance(found, list) and _INDEX.fullmatch(key) and int(key) < len(found):
                found = found[int(key)]
            else:
                return None
        return found

    def resolved(self, node: Node) -> dict[str, Node]:
        """The map itself, or the one that it refers to; an empty one for what is none."""
        for _ in range(_MOST_STEPS):
            if not isinstance(node, dict):
                return {}
            if not isinstance(node.get("$ref"), str):
                return node
            node = self.at(node["$ref"])
        return {}

    def _operations(self) -> Iterator[Offered]:
        paths = self.root.get("paths")
        for path, written in paths.items() if isinstance(paths, dict) else ():
            if not path.startswith("/"):
                continue
            item = self.resolved(written)
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    yield self._offered(path, method, item)

    def _offered(self, path: str, method: str, item: dict[str, Node]) -> Offered:
        written = item[method]
        name, tags = written.get("operationId"), written.get("tags")
        return Offered(
            id=name if isinstance(name, str) else "",
            method=method.upper(),
            path=path,
            tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
            server=next(filter(None, map(_server_path, (written, item, self.root))), ""),
            written=written,
            parameters=(*_listed(item.get("parameters")), *_listed(written.get("parameters"))),
        )


def _checked(root: Node) -> dict[str, Node]:
    if not isinstance(root, dict):
        raise NotUnderstood("it is no OpenAPI document", "one begins with `openapi: 3.0.x` or `3.1.x`")
    if "swagger" in root:
        raise NotUnderstood(
            f"it is Swagger {str(root['swagger'])[:10]}, which is not read",
            "convert it to OpenAPI 3 first, such as with `npx swagger2openapi FILE --outfile NEW`",
        )
    version = str(root.get("openapi", ""))[:20]
    if not version:
        raise NotUnderstood("it is no OpenAPI document", "one begins with `openapi: 3.0.x` or `3.1.x`")
    if not (version + ".").startswith(("3.0.", "3.1.")):
        raise NotUnderstood(f"it is OpenAPI {version}, which is not read", "3.0 and 3.1 are")
    return root


def _server_path(holder: dict[str, Node]) -> str:
    """The path of its first server's address."""
    servers = _listed(holder.get("servers"))
    server = servers[0] if servers and isinstance(servers[0], dict) else {}
    try:
        return urlsplit(server_address(server)).path.rstrip("/")
    except ValueError:
        return ""


def server_address(server: dict[str, Node]) -> str:
    """The address of a server object; variables take their defaults."""
    address, variables = server.get("url"), server.get("variables")
    if not isinstance(address, str):
        return ""
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        if isinstance(variable, dict):
            address = address.replace(f"{{{name}}}", str(variable.get("default", "")))
    return address


def _listed(value: Node) -> list[Node]:
    return value if isinstance(value, list) else []
