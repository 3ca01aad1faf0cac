"""An integration as a person would write it, from a vendor's own document: readable routes, schemas in files."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.editing.lines import lines
from gateway.editing.refusing import Refused
from gateway.editing.schema_files import SchemaFiles
from gateway.editing.shipped import Cutting
from gateway.importing import (
    Converters,
    Document,
    NotCarried,
    NotUnderstood,
    Offered,
    imported,
    pick,
    server_address,
    snake_case,
    spellings,
    suggested_credential,
)
from gateway.loading.compiling import pattern_works
from gateway.loading.naming import nearest
from gateway.loading.tree import Keys

_OWNER = re.compile(r"account|tenant|organi[sz]ation|workspace|subscription|project", re.IGNORECASE)
"""Whose things they are is the same in every call, so it belongs to the address and not to each request."""
_PARAMETER = re.compile(r"\{([^{}]+)\}")
_UNKNOWN = "https://api.example.com"
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
_ANY_PATH = {"type": "string"}
"""What a path parameter is that nothing is said of."""
_LONGEST_SUMMARY = 90
_KEPT = ("route", "upstream", "summary", "deprecated", "path", "query", "headers")


class Bundle(msgspec.Struct, frozen=True):
    """An integration to be inserted, the texts of its schema files, and what could not be taken over."""

    cutting: Cutting
    schemas: Mapping[Path, str]
    notes: tuple[str, ...]


def bundle(document: Document, name: str, operations: Sequence[str]) -> Bundle:
    """The operations that the items name, or all of them. Raises Refused."""
    picked = _picked(document, operations)
    base, vendor = _base(document, picked, name)
    files = SchemaFiles(Path("schemas", name), document)
    endpoints: dict[str, Any] = {}
    notes = []
    converters = Converters.of(document, pattern_works)
    for operation in picked:
        try:
            found = imported(operation, document, converters, base)
        except (NotCarried, NotUnderstood) as reason:
            notes.append(f"`{operation.name}` is left out: {reason}")
            continue
        endpoints[found.name] = without_references(_readable(found.name, found.endpoint, operation, files))
    if not endpoints:
        raise Refused("; ".join(notes) or "the document offers no operation")
    data: dict[str, Any] = {"title": without_references(_title(document, name)), "base_url": vendor}
    if (credential := suggested_credential(document, picked[0], name)) is not None:
        data["credential"] = credential
    data["endpoints"] = endpoints
    cutting = Cutting(name, tuple(lines(name, data)), data, tuple(_references(data, ("integrations", name))))
    return Bundle(cutting, files.texts, tuple(notes))


def _picked(document: Document, items: Sequence[str]) -> list[Offered]:
    found: dict[int, Offered] = {}
    for item in items or ["/**"]:
        picked = pick(document, item)
        if not picked:
            hint = nearest(item, spellings(document, item))
            raise Refused(f"the document has no operation `{item}`{f'; {hint}' if hint else ''}")
        found.update((id(one), one) for one in picked)
    return list(found.values())


def _base(document: Document, picked: Sequence[Offered], name: str) -> tuple[str, str]:
    """The address that the operations have in common: for finding their paths below it, and as it is written."""
    variable = name.upper().replace("-", "_")
    origin, path = _server(document)
    prefix = _shared([one.path.split("/")[1:] for one in picked])
    own = "".join(f"/{segment}" for segment in prefix)
    plain = origin + path + _PARAMETER.sub("x", own)
    written = _PARAMETER.sub(lambda found: f"${{{variable}_{_unprefixed(found[1], variable)}}}", own)
    return plain, f"${{{variable}_BASE_URL:-{origin}}}{path}{written}"


def _unprefixed(parameter: str, variable: str) -> str:
    return snake_case(parameter).upper().removeprefix(f"{variable}_")


def _server(document: Document) -> tuple[str, str]:
    servers = document.root.get("servers")
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {}
    try:
        address = urlsplit(server_address(first))
    except ValueError:
        return _UNKNOWN, ""
    host = address.netloc.rpartition("@")[2]
    if address.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return _UNKNOWN, address.path.rstrip("/") if not address.netloc else ""
    return f"{address.scheme}://{host}", address.path.rstrip("/")


def _shared(paths: Sequence[Sequence[str]]) -> list[str]:
    """The first segments that all have, up to the last but one, and up to a parameter that callers have to give."""
    found = []
    for segments in zip(*(path[:-1] for path in paths), strict=False):
        parameter = _PARAMETER.search(segments[0])
        if len(set(segments)) > 1 or (parameter is not None and not _OWNER.search(parameter[1])):
            break
        found.append(segments[0])
    while found and not _PARAMETER.search(found[-1]) and any("{" in path[len(found)] for path in paths):
        found.pop()  # a collection stays together with the parameter that names one of it
    return found if len(paths) > 1 or any(map(_PARAMETER.search, found)) else []


def _readable(name: str, endpoint: dict[str, Any], operation: Offered, files: SchemaFiles) -> dict[str, Any]:
    """Only what a person would write down, schemas that are long as references to files."""
    renamed = {found: snake_case(found) for found in _PARAMETER.findall(endpoint["route"])}
    method, _, route = endpoint["route"].partition(" ")
    upstream = endpoint.get("upstream", endpoint["route"])
    kept = {key: endpoint[key] for key in _KEPT if key in endpoint}
    kept["route"] = f"{method} {'/'.join(_segment(one, renamed) for one in route.split('/'))}"
    kept["upstream"] = _PARAMETER.sub(lambda found: f"{{{renamed.get(found[1], found[1])}}}", upstream)
    if kept["upstream"] == kept["route"]:
        del kept["upstream"]
    if "path" in kept:
        kept["path"] = {renamed.get(key, key): value for key, value in kept["path"].items() if value != _ANY_PATH}
    kept["summary"] = _brief(kept["summary"])
    for place in ("path", "query", "headers"):
        if place in kept:
            kept[place] = {key: files.parameter(value) for key, value in kept[place].items()}
    kept = {key: value for key, value in kept.items() if value != {}}
    if "body" in endpoint:
        kept["body"] = files.placed(endpoint["body"], files.body_name(operation, name))
    kept |= {key: endpoint[key] for key in ("send", "stream") if key in endpoint}
    if "response" in endpoint:
        kept["response"] = files.placed(endpoint["response"], files.answer_name(operation, name))
    elif "responses" in endpoint:
        kept["responses"] = {
            status: {
                key: files.placed(value, files.answer_name(operation, name)) if key == "schema" else value
                for key, value in answer.items()
                if key != "description"
            }
            for status, answer in endpoint["responses"].items()
        }
    return kept


def _brief(summary: str) -> str:
    if len(summary) <= _LONGEST_SUMMARY:
        return summary
    first = summary.partition(". ")[0]
    return first if len(first) <= _LONGEST_SUMMARY else f"{first[:_LONGEST_SUMMARY].rpartition(' ')[0]} …"


def _segment(segment: str, renamed: Mapping[str, str]) -> str:
    if found := _PARAMETER.fullmatch(segment):
        return f"{{{renamed[found[1]]}}}"
    return snake_case(segment).replace("_", "-") if segment else segment


def _title(document: Document, name: str) -> str:
    info = document.root.get("info")
    title = info.get("title") if isinstance(info, dict) else None
    return title if isinstance(title, str) and title else name.replace("-", " ").title()


def without_references(value: Any) -> Any:
    """A vendor's words, so that nothing in them is taken for a reference to a secret of ours."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, list):
        return [without_references(item) for item in value]
    return {key: without_references(item) for key, item in value.items()} if isinstance(value, dict) else value


def _references(value: Any, at: Keys) -> list[tuple[Keys, str]]:
    if isinstance(value, str):
        return [(at, value)] if "${" in value else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in items for found in _references(item, (*at, key))]
