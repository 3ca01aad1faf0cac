"""Texts of integrations.yaml that have a form: names, routes, addresses."""

from typing import Annotated, Any

from msgspec import Meta

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_METHOD = "^(" + "|".join(METHODS) + ")"
_END = r"$(?!\n)"
"""Python's `$` alone lets a line break follow."""


def _says(message: str) -> dict[str, Any]:
    """What people read instead of a regular expression; YAML editors know this key."""
    return {"patternErrorMessage": message}


IntegrationName = Annotated[
    str,
    Meta(
        pattern="^[a-z][a-z0-9-]*" + _END,
        extra_json_schema=_says("an integration's name is made of lower-case letters, digits and `-`"),
    ),
]
EndpointName = Annotated[
    str,
    Meta(
        pattern="^[a-z][a-z0-9_]*" + _END,
        extra_json_schema=_says("an endpoint's name is made of lower-case letters, digits and `_`"),
    ),
]
Status = Annotated[
    str,
    Meta(
        pattern="^2[0-9][0-9]" + _END,
        extra_json_schema=_says("expected the status of a success, such as `201`"),
    ),
]
ExampleOf = Annotated[
    str, Meta(pattern="^(body|reply)" + _END, extra_json_schema=_says("an example is of the `body` or of the `reply`"))
]
Route = Annotated[
    str,
    Meta(
        pattern=_METHOD + r" /[^\s?#]*" + _END,
        extra_json_schema=_says("expected a method and a path, such as `GET /items/{id}`"),
    ),
]
Allowed = Annotated[
    str,
    Meta(
        pattern=_METHOD + r" /[^\s?#{}]*" + _END,
        extra_json_schema=_says("expected a method and a path pattern, such as `GET /items/*`"),
    ),
]
RootedPath = Annotated[
    str, Meta(pattern=r"^/[^\s?#{}*]*" + _END, extra_json_schema=_says("expected a path, such as `/api/v1`"))
]
Url = Annotated[
    str, Meta(pattern=r"^https?://[^\s/?#]+", extra_json_schema=_says("expected an address, such as `https://host`"))
]
Origin = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^\s/?#@*]+" + _END, extra_json_schema=_says("expected an origin, such as `https://host`")
    ),
]
SharedState = Annotated[
    str,
    Meta(
        pattern=r"^(memory|rediss?://\S+|unix://\S*/\S+)" + _END,
        extra_json_schema=_says("expected `memory`, or the address of a redis, such as `redis://host:6379/0`"),
    ),
]
Date = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        extra_json_schema=_says("expected a day, such as `2027-03-31`"),
    ),
]
