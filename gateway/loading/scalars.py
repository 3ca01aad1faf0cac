"""What an unquoted word of YAML means: the core schema of YAML 1.2, and nothing else.

`NO`, `yes` and `off` are text, and so is everything with a leading zero: it is a code, not a number.
"""

import math
import re
from typing import Any

_WORDS = {
    "": "null", "~": "null", "null": "null", "Null": "null", "NULL": "null",
    "true": "bool", "True": "bool", "TRUE": "bool", "false": "bool", "False": "bool", "FALSE": "bool",
}  # fmt: skip
_NUMERIC = frozenset("+-.0123456789")
INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
LONGEST = 18
"""Digits that every reader of JSON understands; longer ones are a name, not a number."""
NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def tag_of(text: str) -> str:
    """`null`, `bool`, `int`, `float` or `str`."""
    known = _WORDS.get(text)
    if known is not None:
        return known
    if text[0] not in _NUMERIC:
        return "str"
    if INTEGER.fullmatch(text):
        return "int" if len(text) <= LONGEST else "str"
    return "float" if NUMBER.fullmatch(text) and math.isfinite(float(text)) else "str"


def value_of(tag: str, text: str) -> Any:
    """The value of an unquoted word with that tag."""
    if tag == "str":
        return text
    if tag == "int":
        return int(text)
    if tag == "bool":
        return text.lower() == "true"
    return float(text) if tag == "float" else None
