"""Why a file could not be converted: every reason, part by part, where msgspec told only the first."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.config import EndpointName, IntegrationName
from gateway.loading.messages import Found, Messages
from gateway.loading.naming import Homes
from gateway.loading.shape import readers
from gateway.loading.source import Source
from gateway.loading.tree import Keys
from gateway.registry import Registry, Written
from gateway.units import read_unit

_PLACE = re.compile(r"(?s)(.*) - at `(?:key` in `)?\$([^`]*)`")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|(\[\.\.\.\])")


class Diagnosis:
    """Looks at the parts of a file one by one: only those that msgspec refuses are read with the JSON Schema."""

    def __init__(self, source: Source, registry: Registry, written: Written) -> None:
        self._source = source
        self._written = written
        self._readers = readers(written)
        fixed = frozenset(policy.name for policy in registry.policies if not policy.nullable)
        self._messages = Messages(source, self._readers[0].schema["$defs"], Homes(registry), fixed)

    def problems(self, data: Any) -> Iterator[Found]:
        document, integration, endpoint = self._readers
        if not isinstance(data, dict) or not isinstance(data.get("integrations", {}), dict):
            yield from self._part((), data, self._written.document, document)
            return
        yield from self._part((), {**data, "integrations": {}}, self._written.document, document)
        for name, item in data.get("integrations", {}).items():
            path: Keys = ("integrations", name)
            yield from self._name(path, IntegrationName)
            whole = not isinstance(item, dict) or not isinstance(item.get("endpoints", {}), dict)
            yield from self._part(
                path, item if whole else {**item, "endpoints": {}}, self._written.integration, integration
            )
            for key, value in ({} if whole else item.get("endpoints", {})).items():
                yield from self._name((*path, "endpoints", key), EndpointName)
                yield from self._part((*path, "endpoints", key), value, self._written.endpoint, endpoint)

    def _name(self, path: Keys, kind: Any) -> Iterator[Found]:
        try:
            msgspec.convert(path[-1], kind)
        except msgspec.ValidationError:
            wanted = kind.__metadata__[0].extra_json_schema["patternErrorMessage"]
            yield path, self._source.problem("GW109", path, f"{wanted}, not `{path[-1]}`", at_key=True)

    def _part(self, path: Keys, value: Any, kind: Any, reader: Any) -> Iterator[Found]:
        if _refused(value, kind) is None:
            return
        found = list(self._messages.of(reader.iter_errors(value), path))
        yield from found
        if isinstance(value, dict):
            yield from self._unsaid(path, value, kind, {at for at, _ in found})

    def _unsaid(self, path: Keys, value: dict[str, Any], kind: Any, known: set[Keys]) -> Iterator[Found]:
        """What a struct says about itself, beyond what a schema can say."""
        types = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
        for key, item in value.items():
            at = (*path, key)
            if key not in types or any(one[: len(at)] == at for one in known):
                continue
            reason = _refused(item, types[key])
            if reason is not None:
                where = (*at, *reason[1])
                yield where, self._source.problem("GW111", where, reason[0])


def _refused(value: Any, kind: Any) -> tuple[str, Keys] | None:
    """Why msgspec refuses a value, and as far as it says so, where in it."""
    try:
        msgspec.convert(value, kind, dec_hook=read_unit, str_keys=True)
    except msgspec.ValidationError as error:
        return reason_of(error)
    return None


def reason_of(error: msgspec.ValidationError) -> tuple[str, Keys]:
    """msgspec tells the place in its message only; keys of maps are hidden there, so the way ends before them."""
    text = str(error)
    found = _PLACE.fullmatch(text)
    if found is None:
        return _lowered(text), ()
    path: list[str | int] = []
    for name, index, hidden in _STEP.findall(found[2]):
        if hidden:
            break
        path.append(name or int(index))
    return _lowered(found[1]), tuple(path)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
