"""One endpoint as it stands: its stages in order, each effective value and where it comes from."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.declared import Operation
from gateway.diagnostics import Place
from gateway.explaining.repeats import Repeat, repeats
from gateway.explaining.waiting import Wait, longest_wait
from gateway.explaining.words import shown
from gateway.loading import Source
from gateway.plan import Plan

Path = tuple[str | int, ...]

POLICY_OF = {"deadline": "timeout", "budget": "cost", "http_cache": "cache", "classify": "errors", "send": "stub"}
"""Slots that are not named for the policy that fills them."""
_OF_DEADLINE = frozenset({"total"})
"""Of `timeout`, what bounds the whole; the rest bounds an attempt."""


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a value was written: a line of a file, a variable of the environment, or nowhere."""

    file: str = ""
    line: int = 0
    variable: str = ""


class Value(msgspec.Struct, frozen=True):
    """An effective value in its written form; secrets are masked."""

    name: str
    value: str
    origin: Origin


class StageTold(msgspec.Struct, frozen=True):
    slot: str
    values: tuple[Value, ...]


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `gateway explain` says; `stages` outermost first, `curl` is a line for a shell."""

    id: str
    summary: str
    callers: str
    vendor: str
    declared: Origin
    stages: tuple[StageTold, ...]
    longest_wait: Wait
    repeats: tuple[Repeat, ...]
    curl: str


def explained(plan: Plan, source: Source, public_url: str, overridden: Mapping[tuple[str, str], str]) -> Explained:
    """`overridden` names the variable of the environment that decides a value, by policy and key."""
    operation = plan.operation
    teller = _Teller(plan, source, overridden)
    slots = [slot for slot, _ in plan.stages]
    stages = [StageTold(slot, tuple(teller.values(slot))) for slot in slots]
    if "send" not in slots:
        stages.append(StageTold("send", tuple(teller.address())))
    return Explained(
        id=operation.id,
        summary=operation.summary,
        callers=f"{operation.method} {operation.route}",
        vendor=f"{operation.upstream_method} {operation.base_url}{operation.upstream}",
        declared=_origin(source.key_place(("integrations", operation.integration, "endpoints", operation.name))),
        stages=tuple(stages),
        longest_wait=longest_wait(operation, plan.policies),
        repeats=tuple(repeats(operation, plan.policies)),
        curl=curl(operation, public_url),
    )


class _Teller:
    """Finds the values of each stage of one plan."""

    def __init__(self, plan: Plan, source: Source, overridden: Mapping[tuple[str, str], str]) -> None:
        self._plan = plan
        self._source = source
        self._overridden = overridden
        self._own: Path = ("integrations", plan.operation.integration, "endpoints", plan.operation.name)

    def values(self, slot: str) -> Iterator[Value]:
        if slot == "credential":
            yield from self._credential()
        elif slot == "validate":
            yield from self._written("path", "query", "headers", "body")
        elif slot == "transform":
            yield from self._written("upstream", "send", "reply", "paging")
        elif slot != "errors":  # what the rules say is told where they are matched, at `classify`
            yield from self._policy(slot)

    def address(self) -> Iterator[Value]:
        path = ("integrations", self._plan.operation.integration, "base_url")
        yield Value("base_url", str(self._source.masked(path)), _origin(self._source.place(path)))

    def _policy(self, slot: str) -> Iterator[Value]:
        name = POLICY_OF.get(slot, slot)
        chosen = self._plan.policies.get(name)
        if chosen is None:
            return
        if isinstance(chosen.settings, tuple):
            yield from self._rules(name, chosen.settings)
        elif not isinstance(chosen.settings, msgspec.Struct):
            yield Value(name, shown(chosen.settings), self._of_policy((name,)))
        else:
            for path, value in leaves(chosen.settings):
                if slot not in {"deadline", "timeout"} or (slot == "deadline") == (path[0] in _OF_DEADLINE):
                    yield Value(".".join(path), shown(value), self._of_policy((name, *path)))

    def _rules(self, name: str, rules: tuple[Any, ...]) -> Iterator[Value]:
        for index, rule in enumerate(rules):
            said = msgspec.to_builtins(rule, enc_hook=str)
            when = ", ".join(f"{key} {shown(value)}" for key, value in said["when"].items() if value != {})
            becomes = " ".join(shown(said[key]) for key in ("as", "status", "slug") if key in said)
            yield Value(when, f"→ {becomes}", self._of_policy((name, index)))

    def _of_policy(self, path: Path) -> Origin:
        variable = self._overridden.get((str(path[0]), str(path[-1])))
        if variable is not None:
            return Origin(variable=variable)
        operation = self._plan.operation
        return _origin(self._source.origin(operation.integration, operation.name, path))

    def _credential(self) -> Iterator[Value]:
        path: Path = ("integrations", self._plan.operation.integration, "credential")
        written = self._source.levels.value(path, ())
        for key, value in written.items() if isinstance(written, dict) else ():
            at = (*path, key)
            yield Value(key, shown(self._source.masked(at, value)), _origin(self._source.place(at)))

    def _written(self, *keys: str) -> Iterator[Value]:
        """Keys of the endpoint itself: of maps their names, of texts the texts."""
        for key in keys:
            value = self._source.levels.value(self._own, (key,))
            if isinstance(value, dict) and value:
                names = (
                    ", ".join(map(str, value)) if key in {"path", "query", "headers", "send", "reply"} else "declared"
                )
                yield Value(key, names, _origin(self._source.key_place((*self._own, key))))
            elif isinstance(value, str):
                yield Value(key, value, _origin(self._source.place((*self._own, key))))


def leaves(settings: msgspec.Struct, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The values of a struct and of those within it; what is not set is left out."""
    for field in msgspec.structs.fields(settings):
        value = getattr(settings, field.name)
        if isinstance(value, msgspec.Struct):
            yield from leaves(value, (*path, field.encode_name))
        elif value not in (None, msgspec.UNSET, ()):
            yield (*path, field.encode_name), value


def curl(operation: Operation, public_url: str) -> str:
    """A line for a shell: a path parameter stands in braces, the body is the example."""
    parts = ["curl"]
    if operation.method != "GET":
        parts += ["-X", operation.method]
    body = operation.examples.get("body") if operation.examples else None
    if body is not None:
        parts += ["-H", "Content-Type: application/json", "-d", msgspec.json.encode(body).decode()]
    required = [parameter for parameter in operation.parameters if parameter.required]
    for parameter in (one for one in required if one.place == "header"):
        parts += ["-H", f"{parameter.name}: …"]
    query = "&".join(f"{one.name}=…" for one in required if one.place == "query")
    address = public_url + operation.route + (f"?{query}" if query else "")
    return " ".join(shlex.quote(part) for part in [*parts, address])


def _origin(place: Place | None) -> Origin:
    return Origin() if place is None else Origin(place.file, place.line)
