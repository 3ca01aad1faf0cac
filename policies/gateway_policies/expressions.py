"""JMESPath as a config writes it: compiled within bounds, and refused in one way."""

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

LONGEST = 1_000


def compiled(expression: str) -> ParsedResult:
    """Raises ValueError for an expression that is none, or too long to be one."""
    if len(expression) > LONGEST:
        raise ValueError(f"a JMESPath is at most {LONGEST:,} characters long")
    try:
        return jmespath.compile(expression)
    except JMESPathError as error:
        raise ValueError(f"`{expression}` is not a JMESPath: {' '.join(str(error).split())}") from error
    except RecursionError:
        raise ValueError(f"`{expression}` nests too deep for a JMESPath") from None
