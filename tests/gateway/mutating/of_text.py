"""Mutations of the text itself: indentation, quotes, braces, spaces, references without quotes; and harmless ones."""

import random
import re

import yaml

from tests.gateway.mutating.mutations import Mutation, mutation, named, some
from tests.gateway.mutating.places import Entry, Shipped


def _below_another(shipped: Shipped) -> list[Entry]:
    """One-line keys right below one-line keys of the same map whose value is a word."""
    found = []
    for before, entry in zip(shipped.keys, shipped.keys[1:], strict=False):
        if (
            before.owner is entry.owner
            and before.simple
            and entry.simple
            and before.plain
            and entry.line == before.line + 1
        ):
            found.append(entry)
    return found


def deeper(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, _below_another(shipped))
    start, _ = shipped.row(entry.line)
    text = shipped.put(start, start, " " * some(chosen, [1, 2, 3]))
    return mutation(f"{entry.path} deeper", text, ("GW004", entry.line))


def less_deep(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, _below_another(shipped))
    start, _ = shipped.row(entry.line)
    return mutation(f"{entry.path} less deep", shipped.put(start, start + 1, ""), ("GW004", entry.line))


def tab(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, _below_another(shipped))
    start, _ = shipped.row(entry.line)
    text = shipped.put(start, entry.key.start_mark.index, "\t")
    return mutation(f"{entry.path} behind a tab", text, ("GW004", entry.line))


def quote_left_open(shipped: Shipped, chosen: random.Random) -> Mutation:
    quoted = [one for one in shipped.entries if isinstance(one.value, yaml.ScalarNode) and one.value.style == '"']
    entry = some(chosen, quoted)
    end = entry.value.end_mark.index
    return mutation(f"{entry.path} open", shipped.put(end - 1, end, ""), ("GW004", entry.value_line))


def brace_left_open(shipped: Shipped, chosen: random.Random) -> Mutation:
    """The outermost one of a line."""
    entry = some(chosen, [one for one in shipped.keys if one.simple and one.braced])
    end = entry.value.end_mark.index
    return mutation(f"{entry.path} open", shipped.put(end - 1, end, ""), ("GW004", entry.line))


def brace_closed_twice(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [one for one in shipped.keys if one.simple and one.braced])
    end = entry.value.end_mark.index
    text = shipped.put(end, end, shipped.text[end - 1])
    return mutation(f"{entry.path} closed twice", text, ("GW004", entry.line))


def _without_colon(entry: Entry) -> str:
    """Of `body {$ref: x}` YAML makes a key `body {$ref`; all else is no YAML."""
    pairs = list(entry.value.value) if isinstance(entry.value, yaml.MappingNode) else []
    return "GW104" if [isinstance(value, yaml.ScalarNode) for _, value in pairs] == [True] else "GW004"


def no_space(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, _below_another(shipped))
    at = entry.key.end_mark.index
    return mutation(f"{entry.path} without a space", shipped.put(at, at + 2, ":"), (_without_colon(entry), entry.line))


def no_colon(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, _below_another(shipped))
    at = entry.key.end_mark.index
    return mutation(f"{entry.path} without a colon", shipped.put(at, at + 1, ""), (_without_colon(entry), entry.line))


def reference_without_quotes(shipped: Shipped, chosen: random.Random) -> Mutation:
    quoted = [one for one in shipped.entries if one.text.startswith("${") and one.owner.flow_style]
    entry = some(chosen, quoted)
    return mutation(f"{entry.path} unquoted", shipped.with_value(entry, entry.text), ("GW010", entry.value_line))


def tag(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [one for one in named(shipped, "title", "summary", "slug") if one.plain])
    return mutation(f"{entry.path} tagged", shipped.with_value(entry, f"!x {entry.text}"), ("GW007", entry.line))


def merge(shipped: Shipped, chosen: random.Random) -> Mutation:
    entry = some(chosen, [*shipped.endpoints()])
    _, end = shipped.row(entry.line)
    text = shipped.put(end, end, "        <<: {strict: true}\n")
    return mutation(f"{entry.path} merged", text, ("GW006", entry.line + 1))


def second_document(shipped: Shipped, chosen: random.Random) -> Mutation:
    lines = shipped.text.count("\n")
    return mutation("a second document", f"{shipped.text}---\nversion: 1\n", ("GW012", lines + 1))


def control_character(shipped: Shipped, chosen: random.Random) -> Mutation:
    at = chosen.randrange(len(shipped.text))
    line = shipped.text[:at].count("\n") + 1
    letter = some(chosen, ["\0", "\x07", "\x1b"])
    return mutation(f"a control character at {at}", shipped.put(at, at, letter), ("GW004", line))


def comment(shipped: Shipped, chosen: random.Random) -> Mutation:
    """Harmless: a comment behind a line."""
    entry = some(chosen, [one for one in shipped.keys if one.simple])
    at = entry.value.end_mark.index
    return mutation(f"a comment at {entry.path}", shipped.put(at, at, "   # why"))


def quotes(shipped: Shipped, chosen: random.Random) -> Mutation:
    """Harmless: quotes around a text."""
    entry = some(chosen, [one for one in named(shipped, "title", "route", "upstream", "ttl", "total") if one.plain])
    quote = '"' if "'" in entry.text else some(chosen, ['"', "'"])
    return mutation(f"{entry.path} quoted", shipped.with_value(entry, f"{quote}{entry.text}{quote}"))


def same_duration(shipped: Shipped, chosen: random.Random) -> Mutation:
    """Harmless: minutes in seconds."""
    entry = some(
        chosen, [one for one in named(shipped, "ttl", "stale_if_error", "per") if re.fullmatch(r"\d+m", one.text)]
    )
    return mutation(f"{entry.path} in seconds", shipped.with_value(entry, f"{int(entry.text[:-1]) * 60}s"))


def extension(shipped: Shipped, chosen: random.Random) -> Mutation:
    """Harmless: a key for people."""
    entry = some(chosen, [*shipped.endpoints(), *shipped.integrations()])
    _, end = shipped.row(entry.line)
    indent = " " * (entry.key.start_mark.column + 2)
    return mutation(f"a note in {entry.path}", shipped.put(end, end, f"{indent}x-note: {{a: [b]}}\n"))


def windows(shipped: Shipped, chosen: random.Random) -> Mutation:
    """Harmless: the line ends and the mark that some editors write."""
    return mutation("as Windows writes it", "\ufeff" + shipped.text.replace("\n", "\r\n"))


def other_name(shipped: Shipped, chosen: random.Random) -> Mutation:
    """Harmless: an endpoint that is called otherwise."""
    entry = some(chosen, [*shipped.endpoints()])
    return mutation(f"{entry.path} renamed", shipped.with_key(entry, f"{entry.name}_2"))


MAKERS = (
    *(deeper, less_deep, tab, quote_left_open, brace_left_open, brace_closed_twice, no_space, no_colon),
    *(reference_without_quotes, tag, merge, second_document, control_character),
    *(comment, quotes, same_duration, extension, windows, other_name),
)
