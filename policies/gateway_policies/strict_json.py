"""JSON as RFC 8259 and I-JSON want it: what two parsers could read differently is refused, never guessed at."""

import json
from typing import Any, NoReturn

import msgspec

DEEPEST = 10_000
"""More than the marks of texts in members that stand inside each other, as deep as anything is read."""


class Malformed(ValueError):
    """Not a JSON document that everybody reads the same way; the message is fit for callers."""


def decode(body: bytes) -> Any:
    """The value. Raises Malformed for bad UTF-8, duplicate keys, NaN, numbers out of range, depth, lone surrogates."""
    try:
        value = msgspec.json.decode(body)
        # msgspec keeps the last of two equal keys, as most parsers do; only a second look finds them
        json.loads(body, object_pairs_hook=_without_duplicates, parse_constant=_refuse)
    except msgspec.DecodeError as error:
        raise Malformed(f"not JSON: {error}") from None
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    except Malformed:
        raise
    except ValueError as error:
        raise Malformed(f"not JSON: {error}") from None
    return value


def has_more(body: bytes, most: int) -> bool:
    """Whether so many members and items are surpassed: told by the commas outside of texts, without parsing."""
    if body.count(b",") < most:
        return False
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if bare.count(b'"') > 8 * most + DEEPEST:  # so many texts have more commas between them, however they are nested
        return True
    return b"".join(bare.split(b'"')[::2]).count(b",") >= most


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the key {json.dumps(twice)} stands twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise Malformed(f"{constant} is no JSON")
