"""The JSON Schemas of the endpoints: each is made to stand for itself, and is one that requests can be checked with."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from gateway.diagnostics import Problem
from gateway.loading import patterns
from gateway.loading.compiling import Checker, InvalidSchema, compiled_schema, faults
from gateway.loading.examples import example_problems, reason_of
from gateway.loading.inlining import Inliner, stands_alone
from gateway.loading.keywords import unknown_keywords
from gateway.loading.parameters import parameter_problems, schema_of
from gateway.loading.schema_files import Document, Files, Unusable
from gateway.loading.source import Source
from gateway.loading.tree import Keys
from gateway.loading.walking import endpoints, entries

_MOST = 500
"""Unknown words that are told; whoever has more reads the first ones."""

_MOST_LOOPS = 5_000
_MANY = 200
"""References of one schema that are looked at one by one."""


class Schemas:
    """Goes through the endpoints, and gathers what is wrong."""

    def __init__(self, source: Source, folder: Path) -> None:
        self._source = source
        self._files = Files(folder)
        self._inliner = Inliner(self._files)
        self._imported: set[str] = set()
        self._words = 0
        self._patterns = 0
        self._good: dict[tuple[Path, bytes], tuple[Any, Checker]] = {}
        self.problems: list[Problem] = []

    @property
    def texts(self) -> dict[Path, str]:
        return self._files.texts

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that was asked for, found or not."""
        return (*self._files.texts, *self._files.missing)

    def resolve(self, data: Any) -> None:
        """Changes `data` in place: schemas refer to no file afterwards."""
        self._imported = {name for name, integration in entries(data, "integrations") if "openapi" in integration}
        for path, endpoint in endpoints(data):
            body = self._in_place(endpoint, "body", (*path, "body"))
            answers = [self._in_place(endpoint, "response", (*path, "response"))]
            for status, answer in _maps(endpoint.get("responses")):
                answers.append(self._in_place(answer, "schema", (*path, "responses", status, "schema")))
            known = [checker for checker in answers if checker is not None]
            self.problems.extend(example_problems(endpoint, path, body, known, self._source))
            for place in ("path", "query", "headers"):
                declared = endpoint.get(place)
                for name, _ in _maps(declared):
                    self._parameter(declared, name, (*path, place, name), place)

    def _in_place(self, holder: dict[str, Any], key: str, path: Keys) -> Checker | None:
        if not isinstance(holder.get(key), dict):
            return None
        holder[key], compiled = self._checked(holder[key], path)
        return compiled

    def _parameter(self, holder: Any, name: str, path: Keys, place: str) -> None:
        declared = holder[name]
        wrong = [
            self._source.problem(code, (*path, *at), text) for code, at, text in parameter_problems(declared, place)
        ]
        self.problems.extend(wrong)
        written = schema_of(declared)
        schema, compiled = self._checked(written, path)
        holder[name] = {**schema, **{key: value for key, value in declared.items() if key not in written}}
        if compiled is not None and "default" in schema:
            error = next(compiled.iter_errors(schema["default"]), None)
            if error is not None:
                message = f"the default of `{name}` does not fit its own schema: {reason_of(error)}"
                self._report("GW215", (*path, "default"), message)

    def _checked(self, written: dict[str, Any], path: Keys) -> tuple[Any, Checker | None]:
        """The schema in its final form, and ready for use where it is one."""
        encoded = msgspec.json.encode(written)
        folder = self._source.folder(path) if b'"$' in encoded else Path()
        self._read_words(written, path)
        known = self._good.get((folder, encoded))
        if known is not None:
            return known
        try:
            alone = b'"$' not in encoded or stands_alone(written)
            schema = written if alone else self._inliner.inline(Document("", folder, written))
            self._weigh(encoded if alone else msgspec.json.encode(schema))
            compiled = compiled_schema(schema)
        except Unusable as unusable:
            self._explain(written, path, unusable)
            return {}, None
        except InvalidSchema:
            for fault in faults(schema):
                self._report("GW212", (*path, *_within(written, fault.path)), str(fault), fault.hint)
            return {}, None
        self._good[folder, encoded] = schema, compiled
        return schema, compiled

    def _read_words(self, written: dict[str, Any], path: Keys) -> None:
        """An imported schema has the words of its vendor."""
        left = 0 if path[1] in self._imported else _MOST - self._words
        for at, hint in islice(unknown_keywords(written), left):
            self._words += 1
            message = f"`{at[-1]}` is no word of JSON Schema, and means nothing"
            self.problems.append(self._source.problem("GW218", (*path, *at), message, hint=hint, at_key=True))

    def _weigh(self, encoded: bytes) -> None:
        """Raises Unusable where compiling would take more than a config may."""
        if encoded.count(b'"$ref"') > _MOST_LOOPS:
            raise Unusable("GW216", f"the schema has more than {_MOST_LOOPS:,} references to itself")
        self._patterns += patterns.cost(encoded)
        if self._patterns > patterns.MOST:
            raise Unusable(
                "GW216", "the regular expressions repeat too much", "shorten them, or lower their `{counts}`"
            )

    def _explain(self, written: dict[str, Any], path: Keys, unusable: Unusable) -> None:
        """Tries each reference by itself, so that all that lead nowhere are told, each at its place."""
        told = len(self.problems)
        for at, reference in islice(_references(written), _MANY):
            try:
                self._inliner.inline(Document("", self._source.folder(path), written), reference)
            except Unusable as wrong:
                self._report(wrong.code, (*path, *at), wrong.message, wrong.hint)
        if len(self.problems) == told:
            self._report(unusable.code, path, unusable.message, unusable.hint)

    def _report(self, code: str, path: Keys, message: str, hint: str = "") -> None:
        self.problems.append(self._source.problem(code, path, message, hint=hint))


def _within(written: Any, path: tuple[str | int, ...]) -> Keys:
    """The part of a path into the finished schema that can be found in the written one."""
    for index, key in enumerate(path):
        if isinstance(written, dict) and "$ref" in written and (key not in written or key == "$ref"):
            return (*path[:index], "$ref")
        try:
            written = written[key]
        except (KeyError, IndexError, TypeError):
            return path[:index]
    return path


def _references(written: Any, at: Keys = ()) -> Iterator[tuple[Keys, str]]:
    if isinstance(written, dict):
        for key, value in written.items():
            if key == "$ref" and isinstance(value, str):
                yield (*at, key), value
            else:
                yield from _references(value, (*at, key))
    elif isinstance(written, list):
        for index, value in enumerate(written):
            yield from _references(value, (*at, index))


def _maps(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield from ((key, item) for key, item in value.items() if isinstance(item, dict))
