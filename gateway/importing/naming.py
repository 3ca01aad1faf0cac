"""What an endpoint is called, after what its vendor calls the operation."""

import re

_SMALL_TO_LARGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ACRONYM_TO_WORD = re.compile(r"(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^A-Za-z0-9]+")


def snake_case(text: str) -> str:
    """`CreateMessage` is create_message, `calendar.events.list` is calendar_events_list."""
    words = _ACRONYM_TO_WORD.sub("_", _SMALL_TO_LARGE.sub("_", text))
    return _OTHER.sub("_", words).strip("_").lower()


def endpoint_name(operation_id: str, method: str, path: str) -> str:
    """A name that integrations.yaml takes; method and path where there is no operationId that can be one."""
    name = snake_case(operation_id) or snake_case(f"{method.lower()} {path}")
    return name if name[0].isalpha() else f"{method.lower()}_{name}"
