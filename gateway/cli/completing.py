"""What the shell offers after `gateway explain` and its like: read as quickly as can be, silent where it cannot be."""

import glob
import os
from collections.abc import Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

_LARGEST = 10_000_000


def endpoint_ids(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of a config's endpoints."""
    return _beginning(incomplete, _ids(context))


def endpoint_or_integration(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    found = [*_ids(context)]
    return _beginning(incomplete, dict.fromkeys([*(one.partition(".")[0] for one in found), *found]))


def explainable(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Codes of diagnostics, slugs of problems, ids of endpoints."""
    from gateway.explanations import names

    return _beginning(incomplete, [*_ids(context), *names("problems"), *names("diagnostics")])


def _beginning(incomplete: str, words: "list[str] | dict[str, None] | Iterator[str]") -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def _ids(context: click.Context) -> Iterator[str]:
    """Those that are written in the file; nothing is loaded, so those of an imported document are not among them."""
    config = context.params.get("config") or os.environ.get("GATEWAY_CONFIG") or "integrations.yaml"
    file = Path(config)
    patterns: list[str] = []
    yield from _of_file(file, patterns)
    for pattern in patterns:
        for name in sorted(glob.glob(pattern, root_dir=file.parent)):  # noqa: PTH207 - relative to the file
            yield from _of_file(file.parent / name, [])


def _of_file(file: Path, patterns: list[str]) -> Iterator[str]:
    try:
        text = file.read_bytes() if file.stat().st_size <= _LARGEST else b""
    except OSError:
        return
    for path in _paths(text):
        if len(path) == 4 and (path[0], path[2]) == ("integrations", "endpoints"):  # noqa: PLR2004
            yield f"{path[1]}.{path[3]}"
        elif path[:-1] == ("include", "-"):
            patterns.append(path[-1])


class _Open:
    """A map or list that is being read, and the key in it that is."""

    __slots__ = ("is_map", "key", "wants_key")

    def __init__(self, *, is_map: bool) -> None:
        self.is_map = is_map
        self.wants_key = is_map
        self.key = ""


def _paths(text: bytes) -> Iterator[tuple[str, ...]]:
    """The way to each key, and by `-` to each item of a list, up to where the text is no YAML any more."""
    import yaml

    ends, starts = (yaml.MappingEndEvent, yaml.SequenceEndEvent), (yaml.MappingStartEvent, yaml.SequenceStartEvent)
    reading = [_Open(is_map=False)]
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, ends):
                reading.pop()
            elif isinstance(event, yaml.NodeEvent):
                holder, word = reading[-1], event.value if isinstance(event, yaml.ScalarEvent) else ""
                if holder.wants_key:
                    holder.key = word
                if holder.wants_key or (word and not holder.is_map):
                    yield (*(one.key for one in reading if one.is_map), *(() if holder.is_map else ("-", word)))
                holder.wants_key = holder.is_map and not holder.wants_key
                if isinstance(event, starts):
                    reading.append(_Open(is_map=isinstance(event, yaml.MappingStartEvent)))
    except (yaml.YAMLError, ValueError):
        return
