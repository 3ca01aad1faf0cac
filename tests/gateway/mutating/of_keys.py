"""Mutations of keys: misspelt, removed, moved, doubled, invented."""

import random

from tests.gateway.mutating.mutations import Mutation, mutation, named, some
from tests.gateway.mutating.places import Entry, Shipped

KINDS = frozenset({"use", "style"})


def misspelt(shipped: Shipped, chosen: random.Random) -> Mutation:
    """A letter twice: near enough for everybody to see what was meant, so that nothing is told to be missing."""
    entry = some(chosen, [entry for entry in shipped.keys if entry.name not in KINDS])
    at = chosen.randrange(len(entry.name))
    name = entry.name[:at] + entry.name[at] + entry.name[at:]
    return mutation(f"{entry.path} is {name}", shipped.with_key(entry, name), ("GW104", entry.line))


def misspelt_kind(shipped: Shipped, chosen: random.Random) -> Mutation:
    """Without `use` or `style` nobody knows which keys the others may be."""
    entry = some(chosen, named(shipped, *KINDS))
    assert entry.holder is not None
    text = shipped.with_key(entry, f"{entry.name}s")
    return mutation(f"{entry.path} misspelt", text, ("GW105", entry.holder.line))


def unknown(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [entry for entry in shipped.keys if entry.alone and entry.simple])
    start, _ = shipped.row(entry.line)
    indent = " " * entry.key.start_mark.column
    text = shipped.put(start, start, f"{indent}zebra: 5\n")
    return mutation(f"zebra before {entry.path}", text, ("GW104", entry.line))


def removed(shipped: Shipped, chosen: random.Random) -> Mutation:
    """A required key that fills a line of its own: missing where its owner's name stands."""
    entries = [
        entry for entry in named(shipped, "route", "base_url") if entry.simple and entry.path[2:3] != ("native",)
    ]
    entry = some(chosen, entries)
    assert entry.holder is not None
    start, end = shipped.row(entry.line)
    return mutation(f"no {entry.path}", shipped.put(start, end, ""), ("GW105", entry.holder.line))


def removed_in_braces(shipped: Shipped, chosen: random.Random) -> Mutation:
    """Not a token of one's own beside a provider: that is there for those who want it."""
    text = shipped.text.splitlines()
    needed = [one for one in named(shipped, "token", "ttl", "provider") if not one.alone]
    entry = some(chosen, [one for one in needed if one.name != "token" or "provider" not in text[one.line - 1]])
    assert entry.holder is not None
    behind = entry.value.end_mark.index
    end = behind + 2 if shipped.text[behind : behind + 2] == ", " else behind
    start = entry.key.start_mark.index
    start -= 2 if end == behind and shipped.text[start - 2 : start] == ", " else 0
    return mutation(f"no {entry.path}", shipped.put(start, end, ""), ("GW105", entry.holder.line))


def twice(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [entry for entry in shipped.keys if entry.simple])
    start, end = shipped.row(entry.line)
    text = shipped.put(end, end, shipped.text[start:end])
    return mutation(f"{entry.path} twice", text, ("GW005", entry.line + 1))


def too_high(shipped: Shipped, chosen: random.Random) -> Mutation:
    """A line of an endpoint, above the endpoints."""
    entry = some(chosen, [one for one in _of_endpoints(shipped) if one.name in ("summary", "upstream", "idempotent")])
    above = next(one for one in shipped.integrations() if one.name == entry.path[1])
    start, end = shipped.row(entry.line)
    moved = shipped.text[start:end][4:]
    _, at = shipped.row(above.line)
    text = shipped.text[:at] + moved + shipped.text[at:start] + shipped.text[end:]
    return mutation(f"{entry.path} too high", text, ("GW104", above.line + 1))


def too_deep(shipped: Shipped, chosen: random.Random) -> Mutation:
    """A line of an integration, in an endpoint."""
    entry = some(chosen, [one for one in named(shipped, "title") if len(one.path) == 3])
    below = some(chosen, [one for one in shipped.endpoints() if one.path[1] == entry.path[1]])
    start, end = shipped.row(entry.line)
    _, at = shipped.row(below.line)
    text = shipped.text[:start] + shipped.text[end:at] + "    " + shipped.text[start:end] + shipped.text[at:]
    return mutation(f"{entry.path} in {below.name}", text, ("GW104", below.line))


def policy_at_the_top(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [one for one in shipped.keys if len(one.path) == 2 and one.path[0] == "defaults"])
    start, end = shipped.row(entry.line)
    _, last = shipped.row(max(one.line for one in shipped.keys if one.path[0] == "defaults"))
    moved = shipped.text[start:end].removeprefix("  ")
    text = shipped.text[:start] + shipped.text[end:last] + moved + shipped.text[last:]
    line = shipped.text[:last].count("\n")
    return mutation(f"{entry.path} at the top", text, ("GW104", line))


def credential_beside(shipped: Shipped, chosen: random.Random) -> Mutation:
    """Its keys where it should stand itself."""
    entry = some(chosen, [one for one in named(shipped, "credential") if one.owner.flow_style is False])
    start, end = shipped.row(entry.line)
    fields = [(key.value, value.value) for key, value in entry.value.value]
    rows = "".join(f'    {key}: "{value}"\n' for key, value in fields)
    lines = (("GW104", entry.line + number) for number in range(len(fields)))
    return mutation(f"{entry.path} opened", shipped.put(start, end, rows), *lines)


def names_in_capitals(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [*shipped.endpoints()])
    return mutation(f"{entry.path} in capitals", shipped.with_key(entry, entry.name.upper()), ("GW109", entry.line))


def _of_endpoints(shipped: Shipped) -> list[Entry]:
    return [entry for entry in shipped.keys if len(entry.path) == 5 and entry.path[2] == "endpoints" and entry.simple]


MAKERS = (
    *(misspelt, misspelt, misspelt, misspelt_kind, unknown, unknown, removed, removed_in_braces, twice, too_high),
    *(too_deep, policy_at_the_top, credential_beside, names_in_capitals),
)
