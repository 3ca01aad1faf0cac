"""Why a file could not be converted: every reason, part by part, where msgspec told only the first."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from gateway.config import EndpointName, IntegrationName
from gateway.loading import corrections
from gateway.loading.messages import Found, Messages
from gateway.loading.naming import Homes
from gateway.loading.reasons import reason_of
from gateway.loading.shape import readers
from gateway.loading.source import Source
from gateway.loading.text_slips import invisible
from gateway.loading.tree import Keys
from gateway.registry import Registry, Written
from gateway.units import read_unit

_MOST = 1_000
"""Problems of one part; more than anybody reads."""

_TOP = frozenset({"defaults", "include", "integrations", "profiles", "providers", "server", "version"})


class Diagnosis:
    """Looks at the parts of a file one by one: only those that msgspec refuses are read with the JSON Schema."""

    def __init__(self, source: Source, registry: Registry, written: Written) -> None:
        self._source = source
        self._written = written
        self._readers = readers(written)
        fixed = frozenset(policy.name for policy in registry.policies if not policy.nullable)
        self._homes = Homes(registry)
        self._messages = Messages(source, self._readers[0].schema["$defs"], self._homes, fixed)

    @property
    def slips(self) -> frozenset[Keys]:
        """Where keys would stand that are there and misspelt."""
        return frozenset(self._messages.slips)

    def problems(self, data: Any) -> Iterator[Found]:
        document, integration, endpoint = self._readers
        if not isinstance(data, dict) or not isinstance(data.get("integrations", {}), dict):
            yield from self._part((), data, self._written.document, document)
            return
        yield from self._part((), {**data, "integrations": {}}, self._written.document, document)
        written = data.get("integrations", {})
        known = self._homes.integration | _TOP
        misplaced = {name for name, item in written.items() if name in known and not _is_one(item)}
        for name, item in written.items():
            path: Keys = ("integrations", name)
            if name in misplaced or (misplaced and item is None):
                yield from self._misplaced(path, "an integration") if name in misplaced else ()
                continue
            yield from self._name(path, IntegrationName)
            whole = not isinstance(item, dict) or not isinstance(item.get("endpoints", {}), dict)
            yield from self._part(
                path, item if whole else {**item, "endpoints": {}}, self._written.integration, integration
            )
            yield from self._endpoints((*path, "endpoints"), {} if whole else item.get("endpoints", {}), endpoint)

    def _endpoints(self, path: Keys, written: dict[str, Any], endpoint: Any) -> Iterator[Found]:
        misplaced = {name for name, item in written.items() if name in self._homes.endpoint and not _is_one(item)}
        for name, item in written.items():
            at = (*path, name)
            if name in misplaced:
                yield from self._misplaced(at, "an endpoint")
            elif not (misplaced and item is None):
                yield from self._name(at, EndpointName)
                yield from self._part(at, item, self._written.endpoint, endpoint)

    def _misplaced(self, path: Keys, owner: str) -> Iterator[Found]:
        """A key that stands where names are expected: it lacks some indentation, or has too much of it."""
        key = str(path[-1])
        message = f"`{key}` is a key of {owner}, and not the name of one"
        hint = "indent it deeper"
        if owner == "an endpoint" and key in self._homes.integration:
            hint = "it belongs beside `endpoints`, or in an endpoint"
        if owner == "an integration" and key not in self._homes.integration:
            message, hint = f"`{key}` is a key of the file, and not the name of {owner}", "do not indent it"
        yield path, self._source.problem("GW104", path, message, hint=hint, at_key=True)

    def _name(self, path: Keys, kind: Any) -> Iterator[Found]:
        try:
            msgspec.convert(path[-1], kind)
        except msgspec.ValidationError:
            wanted = kind.__metadata__[0].extra_json_schema["patternErrorMessage"]
            name = str(path[-1])
            hint = invisible(name) or corrections.name(name, "-" if kind is IntegrationName else "_")
            yield path, self._source.problem("GW109", path, f"{wanted}, not `{name}`", hint=hint, at_key=True)

    def _part(self, path: Keys, value: Any, kind: Any, reader: Any) -> Iterator[Found]:
        if _refused(value, kind) is None:
            return
        found = list(islice(self._messages.of(reader.iter_errors(value), path), _MOST))
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


def _is_one(item: Any) -> bool:
    """Whether it is an integration or an endpoint, whatever its name."""
    return isinstance(item, dict) and not {"base_url", "route"}.isdisjoint(item)


def _refused(value: Any, kind: Any) -> tuple[str, Keys] | None:
    """Why msgspec refuses a value, and as far as it says so, where in it."""
    try:
        msgspec.convert(value, kind, dec_hook=read_unit, str_keys=True)
    except msgspec.ValidationError as error:
        return reason_of(error)
    return None
