"""How much the regular expressions of schemas take once they are compiled: `((a{99}){99}){99}` is short to write."""

import re
from math import prod

LONGEST = 10_000
"""Characters of one regular expression."""

MOST = 100_000
"""Repetitions of all of a config together, those within others multiplied; ordinary patterns have ten to a thousand."""

_PATTERN = re.compile(rb'"pattern(?:Properties)?":(?:"((?:[^"\\]|\\.)*)"|\{)')
_COUNT = re.compile(rb"\{(\d{1,6})(?:,(\d{0,6}))?\}")
_CLASSES = 50
"""What a class of Unicode letters takes, beside a class of some ASCII ones."""


def cost(encoded: bytes) -> int:
    """Of the patterns of a schema in JSON; more than `MOST` where one is too long."""
    return sum(_cost(found[1] or b"") for found in _PATTERN.finditer(encoded)) if b'"pattern' in encoded else 0


def _cost(pattern: bytes) -> int:
    if len(pattern) > LONGEST:
        return MOST + 1
    counts = [int(found[2] or found[1]) for found in _COUNT.finditer(pattern)]
    return prod(max(count, 1) for count in counts[:_CLASSES]) * (_CLASSES if rb"\\p" in pattern else 1) if counts else 1
