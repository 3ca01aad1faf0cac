"""What a value is to those who show it: empty, one line, or more; and how places are pointed at."""

from collections.abc import Mapping
from typing import Any

import msgspec


def is_empty(value: Any) -> bool:
    """Whether a value says nothing that its absence does not."""
    return value is None or (isinstance(value, (str, tuple, list, Mapping)) and not value)


def is_leaf(value: Any) -> bool:
    """Whether a value is shown on one line: a scalar, a list of scalars, an empty map."""
    if isinstance(value, (list, tuple)):
        return not any(isinstance(item, (list, tuple, dict, msgspec.Struct)) for item in value)
    return not isinstance(value, (dict, msgspec.Struct)) or value == {}


def pointer(path: tuple[str | int, ...]) -> str:
    """RFC 6901."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in path)
