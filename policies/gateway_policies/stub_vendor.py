"""One endpoint of a stubbed vendor: what was made can be read back, what was deleted is gone, the rest is there."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from gateway import Answer, Call, Headers, Operation, Reply
from gateway_policies.sample import NoSample
from gateway_policies.stub_pages import ending, is_further
from gateway_policies.stub_shape import IDS, Shape, Thing, id_fits, vendor_shape
from gateway_policies.stub_store import Item, Store, below, filled, parent

_ENCODER = msgspec.json.Encoder()
_JSON: Headers = ((b"content-type", b"application/json"),)
_OTHER = b"what a stub answers\n"
_TRIES = 16
_LISTED = 100
"""How many things that were made are added to a list."""

MISSING = 404


class Vendor:
    """Answers for one operation, in the vendor's shape, with the integration's store behind it."""

    def __init__(self, operation: Operation, store: Store) -> None:
        self._operation = operation
        self._store = store
        self._answer = _first(operation)
        self._shape = Shape(operation, self._answer)
        self._ended = ending(operation, self._shape.fits)
        self._of_item = operation.route.rpartition("/")[2].startswith("{")
        self._parameter = operation.route.rpartition("/")[2][1:-1] if self._of_item else ""
        if self._of_item and not operation.native:
            store.items[parent(operation.route)] = _item(operation, self._parameter)
        acts: Mapping[str, Callable[[Call, str], Any]] = {
            "POST": self._change if self._of_item else self._make,
            "PUT": self._change,
            "PATCH": self._change,
            "DELETE": self._delete,
        }
        self._act = acts.get(operation.method, self._read)

    def respond(self, call: Call) -> Reply:
        place = filled(self._operation.route, call.path)
        makes = self._operation.method in {"PUT", "POST"} and not (self._operation.method == "POST" and self._of_item)
        if self._store.gone(parent(place) if makes else place):
            return refusal(MISSING, {"message": "there is no such thing here any more", "status": MISSING})
        return self._reply(self._act(call, place))

    def _read(self, call: Call, place: str) -> Any:
        if is_further(self._operation, call):
            return self._emptied(self._shape.base)
        known = self._store.thing(place)
        if known is not None and self._operation.paging is None:  # what has pages is a list, whatever was put there
            return known if self._shape.fits(known) else self._laid(self._named(call), known)
        if not self._of_item and self._operation.route in self._store.items:
            return self._list(place, self._store.items[self._operation.route])
        return self._named(call)

    def _make(self, call: Call, place: str) -> Any:
        thing = self._laid(self._shape.base, call.payload)
        item = self._store.items.get(self._operation.route)
        name = self._shape.id_of(item.parameter if item else "")
        if item is None or name is None or not isinstance(thing, dict):
            return thing
        chosen = isinstance(call.payload, dict) and name in call.payload and thing.get(name) == call.payload[name]
        if not (chosen and id_fits(item.schema, thing[name])):
            thing = self._with_fresh_id(thing, name, item, place)
        if name in thing:
            self._store.put(below(place, thing[name]), thing)
        return thing

    def _with_fresh_id(self, thing: Thing, name: str, item: Item, place: str) -> Thing:
        for _ in range(_TRIES):
            self._store.made += 1
            try:
                named = {**thing, name: self._shape.fresh(name, item.schema, self._store.made)}
            except NoSample:
                break
            if self._shape.fits(named) and self._store.free(below(place, named[name])):
                return named
        return thing

    def _change(self, call: Call, place: str) -> Any:
        thing = self._laid(self._store.thing(place) or self._named(call), call.payload)
        if isinstance(thing, dict):
            self._store.put(place, thing)
            return thing if self._shape.fits(thing) else self._laid(self._named(call), thing)
        return thing

    def _delete(self, call: Call, place: str) -> Any:
        found = self._read(call, place)
        if "{" in self._operation.route:
            self._store.delete(place)
        return found

    def _named(self, call: Call) -> Any:
        """The example, with the id that was asked for."""
        thing = self._shape.base
        name = self._shape.id_of(self._parameter) if self._of_item else None
        if name is None or not isinstance(thing, dict):
            return thing
        return self._shape.named(thing, name, call.path.get(self._parameter, ""))

    def _laid(self, thing: Any, fields: Any) -> Any:
        both = isinstance(thing, dict) and isinstance(fields, dict)
        return self._shape.laid_over(thing, fields) if both else thing

    def _list(self, place: str, item: Item) -> Any:
        """The example's things as they are now, without those that are gone, then what was made since."""
        base = self._shape.base
        key = None if isinstance(base, list) else _listing(base)
        if key is None and not isinstance(base, list):
            return base
        told = base if key is None else base[key]
        name = next((name for name in (item.parameter, *IDS) if any(_has(thing, name) for thing in told)), IDS[0])
        made = dict([*self._store.things(place)][-_LISTED:])
        now: list[Any] = []
        for thing in told:
            at = below(place, thing[name]) if _has(thing, name) else place
            if not self._store.gone(at):
                now.append(made.pop(at, thing))
        return self._with_list(base, key, [*now, *made.values()])

    def _emptied(self, page: Any) -> Any:
        key = None if isinstance(page, list) else _listing(page)
        return page if key is None and not isinstance(page, list) else self._with_list(page, key, [])

    def _with_list(self, base: Any, key: str | None, things: list[Any]) -> Any:
        """The example with those of the things that keep it valid."""
        found: list[Any] = []
        for thing in things:
            whole = [*found, thing]
            if self._shape.fits(whole if key is None else {**base, key: whole}):
                found = whole
        answer = found if key is None else {**base, key: found}
        return answer if self._shape.fits(answer) else base

    def _reply(self, value: Any) -> Reply:
        answer = self._answer
        if answer.type is not None and not _is_json(answer.type):
            body = value.encode() if isinstance(value, str) and "reply" in self._operation.examples else _OTHER
            return Reply(answer.status, ((b"content-type", answer.type.encode()),), body)
        if answer.schema is None and answer.type is None:
            return Reply(answer.status)
        return Reply(answer.status, _JSON, _ENCODER.encode(self._ended(vendor_shape(value, self._operation.reply))))


def refusal(status: int, body: Mapping[str, Any], *headers: tuple[bytes, bytes]) -> Reply:
    return Reply(status, (*_JSON, *headers), _ENCODER.encode(body))


def _first(operation: Operation) -> Answer:
    """The first answer that is a success; an endpoint that declares none answers with any JSON."""
    found = (answer for answer in operation.answers if 200 <= answer.status < 300)  # noqa: PLR2004
    return next(found, Answer(status=200, type="application/json"))


def _item(operation: Operation, parameter: str) -> Item:
    declared = (one.schema for one in operation.parameters if one.place == "path" and one.name == parameter)
    return Item(parameter, next(declared, {"type": "string", "minLength": 1}))


def _is_json(kind: str) -> bool:
    essence = kind.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def _listing(page: Any) -> str | None:
    """The one list of a page."""
    lists = [name for name, part in page.items() if isinstance(part, list)] if isinstance(page, dict) else []
    return lists[0] if len(lists) == 1 else None


def _has(thing: Any, name: str) -> bool:
    return isinstance(thing, dict) and name in thing
