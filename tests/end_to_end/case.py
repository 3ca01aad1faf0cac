"""One call of one endpoint: what is asked of the gateway, what the vendor must hear, what comes back."""

from collections.abc import Mapping
from typing import Any

import msgspec

Pairs = tuple[tuple[str, str], ...]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """`ask` is below /api/v1, `heard` the vendor's method and path, both as on the wire.

    `query` are the pairs that the vendor gets, `form` or `json` its body: the caller's own unless said otherwise.
    `shows` are JMESPath expressions and what they give in the answer.
    """

    ask: str
    heard: str
    shows: Mapping[str, Any] = {}
    status: int = 200
    body: Any = None
    query: Pairs = ()
    form: Mapping[str, list[str]] | None = None
    json: Any = None
    headers: Mapping[str, str] = {}
