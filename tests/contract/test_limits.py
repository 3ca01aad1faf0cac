"""What the document allows is never too long for the gateway."""

from collections.abc import Mapping
from typing import Any

from gateway.web.intake import URI_LIMIT
from tests.contract.asking import application, ask

ASCII = "^[!-~]"
OTHERS = 100
"""Bytes of a parameter whose length says nothing: a number, a date, a word of a list."""


def _longest(parameter: Mapping[str, Any]) -> int:
    """Bytes in an address; four UTF-8 bytes are twelve there, one of ASCII at most three."""
    schema = parameter["schema"]
    if "maxItems" in schema:
        return OTHERS * int(schema["maxItems"])
    width = 3 if schema.get("pattern", "").startswith(ASCII) else 12
    return width * int(schema["maxLength"]) if "maxLength" in schema else OTHERS


def test_whatever_the_parameters_allow_fits_into_an_address() -> None:
    document = ask(application(), "GET", "/openapi.json").json()
    longest = {
        operation["operationId"]: len(path) + sum(_longest(one) for one in operation.get("parameters", ()))
        for path, operations in document["paths"].items()
        for operation in operations.values()
    }

    assert {name: size for name, size in longest.items() if size > URI_LIMIT} == {}
