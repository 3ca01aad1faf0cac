"""JMESPath is compiled within bounds."""

import pytest

from gateway_policies.expressions import LONGEST, compiled


def test_an_expression_is_compiled() -> None:
    assert compiled("a.b").search({"a": {"b": 1}}) == 1


@pytest.mark.parametrize("expression", ["a[", "[" * 900, "a" * (LONGEST + 1)], ids=["wrong", "deep", "long"])
def test_what_is_none_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="JMESPath"):
        compiled(expression)
