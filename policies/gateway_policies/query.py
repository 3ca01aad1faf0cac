"""The query's parameters: which text belongs to which, what is wrong with it, and what is sent where none was given."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from gateway import Call, Parameter
from gateway.errors import Violation
from gateway_policies.texts import SEPARATORS, checker, wanted_types, written

Query = tuple[tuple[str, str], ...]


class Names:
    """Which parameter a name in the query belongs to; of one in the style `deep`, `name[property]` does."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        declared = tuple(parameters)
        self._plain = {one.name: one for one in declared if one.style != "deep"}
        self._deep = {one.name: one for one in declared if one.style == "deep"}

    def find(self, name: str) -> tuple[Parameter | None, str]:
        """The parameter, None for an unknown name, and the property that is meant."""
        found = self._plain.get(name)
        if found is not None or not self._deep:
            return found, ""
        base, opening, rest = name.rpartition("[")
        if not opening or not rest.endswith("]") or set(rest[:-1]) & set("[]=") or len(rest) == 1:
            return None, ""
        return self._deep.get(base), rest[:-1]


def query_check(parameters: list[Parameter], *, paged: bool) -> Callable[[Call], Iterator[Violation]]:
    """`paged`: a cursor stands for a whole query of the vendor's, required parameters included."""
    names = Names(parameters)
    checkers = {one.name: _repeat_checker(one) for one in parameters if one.style != "deep"}
    deep = {one.name: _deep_checker(one) for one in parameters if one.style == "deep"}
    required = [one.name for one in parameters if one.required]
    known = sorted([*checkers, *(f"{name}[…]" for name in deep)])
    unknown = f"unknown parameter: expected one of {', '.join(known)}" if known else _NONE

    def check(call: Call) -> Iterator[Violation]:
        given: dict[str, list[str]] = {}
        inner: dict[str, list[str]] = {}
        for name, value in call.query:
            parameter, key = names.find(name)
            if parameter is None:
                yield Violation("query", unknown, name=name)
            else:
                given.setdefault(parameter.name, []).append(value)
                if key:
                    inner.setdefault(parameter.name, []).append(f"{key}={value}")
        for name, values in given.items():
            detail = deep[name](inner[name]) if name in deep else checkers[name](values)
            if detail:
                yield Violation("query", detail, name=name)
        if not (paged and "cursor" in given):
            yield from (Violation("query", "required", name=name) for name in required if name not in given)

    return check if required else lambda call: check(call) if call.query else iter(())


_NONE = "unknown parameter: this endpoint has no query parameters"


def _repeat_checker(parameter: Parameter) -> Callable[[list[str]], str]:
    wrong = checker(parameter)
    if parameter.style == "repeat" and "array" in wanted_types(parameter.schema):
        return wrong
    return lambda texts: "given more than once" if len(texts) > 1 else wrong(texts)


def _deep_checker(parameter: Parameter) -> Callable[[list[str]], str]:
    """Texts are `property=text`."""
    wrong = checker(parameter)

    def check(texts: list[str]) -> str:
        properties = {text.partition("=")[0] for text in texts}
        return "a property is given more than once" if len(properties) < len(texts) else wrong(texts)

    return check


def defaults(parameters: Iterable[Parameter]) -> Callable[[Query], Query]:
    """Adds what the caller has left out and the endpoint gives a default for."""
    declared = [one for one in parameters if one.default is not msgspec.UNSET]
    names = Names(declared)
    ready = tuple((one.name, tuple(_pairs(one))) for one in declared)

    def complete(query: Query) -> Query:
        if not ready:
            return query
        found = (names.find(name)[0] for name, _ in query)
        given = {parameter.name for parameter in found if parameter is not None}
        return (*query, *(pair for name, pairs in ready if name not in given for pair in pairs))

    return complete


def _pairs(parameter: Parameter) -> Iterator[tuple[str, str]]:
    """A default as a caller would have written it."""
    default, name = parameter.default, parameter.name
    if parameter.style == "deep" and isinstance(default, dict):
        yield from ((f"{name}[{key}]", written(value)) for key, value in default.items())
        return
    texts = [written(value) for value in (default if isinstance(default, list | tuple) else [default])]
    separator = SEPARATORS.get(parameter.style)
    yield from ((name, text) for text in (texts if separator is None else [separator.join(texts)]))
