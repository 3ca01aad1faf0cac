"""`api_keys: off`: people who know an older YAML take it for false, and some of their tools write it so."""

from typing import Any

_MISSING: Any = object()


def keys_off(data: Any) -> None:
    """Changes `data` in place: false is read as `off`."""
    server = data.get("server") if isinstance(data, dict) else None
    callers = server.get("callers") if isinstance(server, dict) else None
    if isinstance(callers, dict) and callers.get("api_keys", _MISSING) is False:
        callers["api_keys"] = "off"
