"""What a stubbed vendor remembers of one integration: what was made, changed and deleted, by its path."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from gateway import JsonSchema

V = TypeVar("V")

LARGEST = 1_000
"""How many things, and how many deletions, are remembered; the oldest are forgotten first."""


class Item(msgspec.Struct, frozen=True):
    """How the things of a collection are addressed: the path parameter of their own route, and its schema."""

    parameter: str
    schema: JsonSchema


class Store:
    """Paths are callers' paths with their parameters filled in, so `/users/1/calls/7` is not `/users/2/calls/7`."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.made = 0
        self._things: dict[str, dict[str, Any]] = {}
        self._deleted: dict[str, bool] = {}

    def thing(self, place: str) -> dict[str, Any] | None:
        return self._things.get(place)

    def things(self, collection: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """What was made in a collection or changed there, the oldest first."""
        return ((place, thing) for place, thing in self._things.items() if parent(place) == collection)

    def put(self, place: str, thing: dict[str, Any]) -> None:
        self._deleted.pop(place, None)
        _remember(self._things, place, thing)

    def delete(self, place: str) -> None:
        self._things.pop(place, None)
        _remember(self._deleted, place, True)

    def gone(self, place: str) -> bool:
        """Whether it, or what it belongs to, was deleted."""
        while place:
            if place in self._deleted:
                return True
            place = parent(place)
        return False

    def free(self, place: str) -> bool:
        """Whether nothing was ever there, as far as is remembered."""
        return place not in self._things and place not in self._deleted


def filled(route: str, values: Mapping[str, str]) -> str:
    """The route with its parameters in place, each still one segment."""
    return "/".join(
        quote(values.get(segment[1:-1], segment), safe="") if segment.startswith("{") else segment
        for segment in route.split("/")
    )


def parent(place: str) -> str:
    return place.rpartition("/")[0]


def below(collection: str, name: object) -> str:
    """The place of a thing in its collection; `name` as it stands in the thing."""
    return f"{collection}/{quote(str(name), safe='')}"


def _remember(there: dict[str, V], place: str, value: V) -> None:
    there[place] = value
    if len(there) > LARGEST:
        del there[next(iter(there))]
