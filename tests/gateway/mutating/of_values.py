"""Mutations of values: of another type, without unit, out of bounds, unknown words, references that lead nowhere."""

import random
import re

from tests.gateway.mutating.mutations import Mutation, mutation, named, some
from tests.gateway.mutating.places import Entry, Shipped

DURATIONS = ("connect", "attempt", "total", "recovery", "ttl", "stale_while_revalidate", "stale_if_error", "per")
COUNTS = ("failures", "attempts", "requests", "concurrent", "queue", "burst")
LISTS = ("tags", "invalidates", "errors", "allow")
MAPS = ("timeout", "breaker", "cache", "bulkhead", "credential", "send")
WORDS = ("use", "by", "encode", "as", "unsafe")
FLAGS = ("idempotent",)
TEXTS = ("title", "summary", "description", "detail")


def _changed(entry: Entry, shipped: Shipped, value: str, code: str) -> Mutation:
    what = f"{'.'.join(entry.path)}: {value}"
    return mutation(what, shipped.with_value(entry, value), (code, entry.value_line))


def without_unit(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, named(shipped, *DURATIONS))
    return _changed(entry, shipped, re.sub(r"[a-z]+$", "", entry.text), "GW110")


def other_unit(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, named(shipped, *DURATIONS))
    return _changed(entry, shipped, entry.text + some(chosen, ["ec", "in", " ", "econds", "x"]) + "z", "GW110")


def count_in_words(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, named(shipped, *COUNTS))
    return _changed(entry, shipped, some(chosen, ["many", "1.5", "[1]", "{}", '"3"', "true", "0x10", "01"]), "GW106")


def _at_key(entry: Entry, shipped: Shipped, value: str) -> Mutation:
    """What is a map or a list afterwards is told at its key."""
    what = f"{'.'.join(entry.path)}: {value}"
    return mutation(what, shipped.with_value(entry, value), ("GW106", entry.line))


def list_as_word(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [one for one in named(shipped, *LISTS) if one.braced])
    return _at_key(entry, shipped, some(chosen, ["word", "5", "{}", "true"]))


def map_as_word(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [one for one in named(shipped, *MAPS) if one.braced])
    return _at_key(entry, shipped, some(chosen, ["word", "5", "[]", "5s"]))


def flag_in_words(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, named(shipped, *FLAGS))
    return _changed(entry, shipped, some(chosen, ["yes", "on", "1", '"true"', "[]"]), "GW106")


def text_as_other(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [one for one in named(shipped, *TEXTS) if one.simple])
    return _at_key(entry, shipped, some(chosen, ["5", "[a]", "{a: b}", "true", "1.5"]))


def unknown_word(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, named(shipped, *WORDS))
    return _changed(entry, shipped, f"{entry.text}x", "GW107")


def out_of_bounds(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, named(shipped, "failures", "attempts", "requests", "concurrent"))
    return _changed(entry, shipped, some(chosen, ["0", "-1"]), "GW108")


def wrong_method(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, named(shipped, "route", "upstream"))
    method, _, path = entry.text.partition(" ")
    value = some(chosen, [f"FETCH {path}", f"{method.lower()} {path}", path, f"{method}{path}", f"{method} {path[1:]}"])
    return _changed(entry, shipped, value, "GW109")


def route_with_query(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, named(shipped, "route"))
    return _changed(entry, shipped, f"{entry.text}?all=true", "GW109")


def other_parameter(shipped: Shipped, chosen: random.Random) -> Mutation:
    """The vendor's path names what the route does not have."""
    entry = some(chosen, [one for one in named(shipped, "upstream") if one.plain and one.text.endswith("}")])
    return _changed(entry, shipped, entry.text.replace("}", "x}"), "GW115")


def open_brace(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [one for one in named(shipped, "route", "upstream") if one.plain and one.text.endswith("}")])
    return _changed(entry, shipped, entry.text[:-1], "GW115")


def parameter_of_no_route(shipped: Shipped, chosen: random.Random) -> Mutation:
    owners = {one.path for one in named(shipped, "path")}
    entry = some(chosen, [one for one in shipped.entries if one.path[:-1] in owners and len(one.path) == 6])
    return mutation(f"{entry.path} misspelt", shipped.with_key(entry, f"{entry.name}x"), ("GW115", entry.line))


def no_such_schema(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, _references(shipped))
    return _changed(entry, shipped, entry.text.replace(".json", "_.json"), "GW210")


def no_such_pointer(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [one for one in _references(shipped) if "#" not in one.text])
    return _changed(entry, shipped, f'"{entry.text}#/nowhere"', "GW213")


def schema_elsewhere(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, _references(shipped))
    return _changed(entry, shipped, '"https://crm.example/thing.json"', "GW214")


def no_json_type(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [one for one in shipped.entries if one.name == "type" and "query" in one.path and one.plain])
    return _changed(entry, shipped, some(chosen, ["str", "int", "text", "String"]), "GW212")


def default_of_other_type(shipped: Shipped, chosen: random.Random) -> Mutation:
    entries = [one for one in shipped.entries if one.name == "default" and one.text.isdigit()]
    return _changed(some(chosen, entries), shipped, some(chosen, ["many", "-5000", "1.5", "true"]), "GW215")


def other_reference(shipped: Shipped, chosen: random.Random) -> Mutation:
    """Variables as other tools write them."""
    entry = some(chosen, [one for one in shipped.entries if one.text.startswith("${") and one.name != "storage"])
    name = entry.text[2:].partition(":")[0].partition("}")[0]
    forms = [f"${{{name}:x}}", f"${{{name}-x}}", f"${{ {name} }}", f"${{{name}", "${}", f"${{{name}:-${{OTHER}}}}"]
    return _changed(entry, shipped, f'"{some(chosen, forms)}"', "GW202")


def no_such_profile(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [*shipped.endpoints()])
    _, end = shipped.row(entry.line)
    text = shipped.put(end, end, "        extends: [nowhere]\n")
    return mutation(f"{entry.path} extends nothing", text, ("GW113", entry.line + 1))


def same_route(shipped: Shipped, chosen: random.Random) -> Mutation:
    """An endpoint takes the route of another one that stands above it, in the same integration."""
    routes = [one for one in named(shipped, "route") if "{" not in one.text and one.text.startswith("GET ")]
    pairs = [
        (one, other) for one in routes for other in routes if one.path[1] == other.path[1] and one.line < other.line
    ]
    one, other = some(chosen, pairs)
    return _changed(other, shipped, one.text, "GW302")


def no_address(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [one for one in named(shipped, "base_url") if len(one.path) == 3])
    return _changed(entry, shipped, some(chosen, ["api.vendor.example", "ftp://x.example", '"https://a?b=c"']), "GW116")


def _references(shipped: Shipped) -> list[Entry]:
    return [one for one in shipped.entries if one.name == "$ref"]


MAKERS = (
    *(without_unit, other_unit, count_in_words, list_as_word, map_as_word, flag_in_words, text_as_other, unknown_word),
    *(out_of_bounds, wrong_method, route_with_query, other_parameter, open_brace, parameter_of_no_route),
    *(no_such_schema, no_such_pointer, schema_elsewhere, no_json_type, default_of_other_type, other_reference),
    *(no_such_profile, same_route, no_address),
)
