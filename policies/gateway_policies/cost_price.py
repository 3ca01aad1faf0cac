"""What one answer of a vendor cost: in whole billionths, since sums of fractions would be wrong by and by."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from jmespath.exceptions import JMESPathError

from gateway import Reply
from gateway_policies.expressions import compiled
from gateway_policies.unpacking import plain

UNIT = 1_000_000_000
"""One unit of a currency, in what is counted."""
MOST = 1_000_000
"""Units that one call may cost: what tells of more was not read from where the price stands."""

Price = Callable[[Reply], int]


class Unclear(Exception):
    """What the vendor says is no price; the message tells why, without what he says."""


def exact(price: float | str | Decimal) -> int:
    """In billionths. A minus is how some vendors write what they charge. Raises Unclear."""
    try:
        found = abs(Decimal(price))
    except InvalidOperation:
        raise Unclear("it is no number") from None
    if not found.is_finite() or found > MOST:
        raise Unclear(f"it is no number up to {MOST:,}")
    return round(found * UNIT)


def written(amount: int) -> str:
    """An amount as people write it: `0.0075`, `12`."""
    return f"{Decimal(amount).scaleb(-9).normalize():f}"


def from_answer(path: str) -> Price:
    """Reads it where `path` leads; what is not there (yet) costs nothing. Raises ValueError for no JMESPath."""
    expression = compiled(path)

    def price(reply: Reply) -> int:
        found = _search(expression, plain(reply))
        if found is None:
            return 0
        if isinstance(found, bool) or not isinstance(found, (int, float, str)):
            raise Unclear("it is no number")
        return exact(found)

    return price


def _search(expression: Any, body: bytes) -> object:
    if not body:
        return None
    try:
        return expression.search(msgspec.json.decode(body))
    except (msgspec.DecodeError, JMESPathError, RecursionError, UnicodeDecodeError):
        raise Unclear("the answer is not JSON, or `path` does not fit it") from None
