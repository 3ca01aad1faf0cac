"""No secret in what is shown: by its place, and wherever else its text turns up."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.loading import Loaded, Source
from gateway.loading.source import PASSWORD
from gateway.loading.tree import Keys
from gateway.units import Secret

_ONE_REFERENCE = re.compile(r"([^$]*)\$\{[^}]*\}([^$]*)")
_SHORTEST = 6
"""A shorter text is part of too many others to be looked for."""


class Mask:
    """Shows a value of the file as `Source.masked` does; a schema or an example may hold copies at other places."""

    def __init__(self, loaded: Loaded) -> None:
        self._source = loaded.source
        found = {text: shown for text, shown in _secrets(loaded) if len(text) >= _SHORTEST}
        self._texts = sorted(found.items(), key=lambda item: -len(item[0]))

    def shown(self, path: Keys | None, value: Any) -> Any:
        """The value, which stands at `path` of the file, or nowhere; without a value, what stands for it."""
        if path is not None:
            masked = self._source.masked(path, value)
            if masked != value:
                return masked
            if self._source.is_unset(path):
                return self._source.written(path)
        return self._swept(value) if isinstance(value, str) else value

    def _swept(self, text: str) -> str:
        for secret, shown in self._texts:
            text = text.replace(secret, shown)
        return text


def _secrets(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Each secret text that is known, and what is shown instead."""
    source, server = loaded.source, loaded.config.server
    for integration in loaded.config.integrations:
        yield from ((str(value), "<secret>") for value in _within(integration.credential))
    for storage in (server.storage, server.storage_read or "", server.shared_state):
        yield from ((found["password"] or found["word"], "<secret>") for found in PASSWORD.finditer(storage))
    for path, references in source.references():
        secret = next((one.id for one in references if source.is_secret(one)), None)
        if secret is not None and len(references) == 1 and not source.is_unset(path):
            yield from ((text, f"<secret {secret}>") for text in _filled_in(source, path))


def _filled_in(source: Source, path: Keys) -> Iterator[str]:
    """What came from outside: the value without the text that is written around the reference."""
    around = _ONE_REFERENCE.fullmatch(source.written(path) or "")
    value = source.levels.value((), path)
    if around is not None and isinstance(value, str):
        yield value.removeprefix(around[1]).removesuffix(around[2])


def _within(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _within(getattr(value, name))
    elif isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _within(item)
