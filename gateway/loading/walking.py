"""Goes through a file that may still be wrong: what is not of the expected shape is passed over."""

from collections.abc import Iterator
from typing import Any

from gateway.loading.tree import Keys


def entries(value: Any, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The maps under a key, by name."""
    found = value.get(key) if isinstance(value, dict) else None
    if isinstance(found, dict):
        yield from ((name, item) for name, item in found.items() if isinstance(item, dict))


def endpoints(data: Any) -> Iterator[tuple[Keys, dict[str, Any]]]:
    for integration, written in entries(data, "integrations"):
        for name, endpoint in entries(written, "endpoints"):
            yield ("integrations", integration, "endpoints", name), endpoint


def structures(data: Any) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """The levels where the file may carry `x-` keys, and where a policy's key may stand too deep or too high."""
    if not isinstance(data, dict):
        return
    yield (), data
    for key in ("server", "defaults"):
        yield from (((key,), found) for name, found in entries({key: {key: data.get(key)}}, key) if name)
    for name, profile in entries(data, "profiles"):
        yield ("profiles", name), profile
    for name, integration in entries(data, "integrations"):
        yield ("integrations", name), integration
    yield from endpoints(data)


def without_extensions(data: Any) -> None:
    """Drops the `x-` keys, which are for people and for anchors; changes `data` in place."""
    for _, level in structures(data):
        for key in [key for key in level if key.startswith("x-")]:
            del level[key]
