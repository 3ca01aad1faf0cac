"""What callers can do with connections, as OpenAPI operations: what is accepted, and all that is answered."""

from collections.abc import Mapping
from typing import Any

from gateway_oauth.operations import (
    AT_THE_PROVIDER,
    MISSING,
    USER,
    answer,
    body,
    header_fields,
    object_of,
    operation,
    problems,
    query,
)
from gateway_oauth.reading import MOST

_TEXT: Mapping[str, Any] = {"type": "string"}
_TIME: Mapping[str, Any] = {"type": "string", "format": "date-time", "examples": ["2026-11-23T18:00:00Z"]}
_NAMES: Mapping[str, Any] = {"type": "array", "items": _TEXT}
_PLACE = r"^(?!\.{1,2}$)[^\\\x00-\x1f\x7f]+$"
_EXAMPLE: Mapping[str, Any] = {
    "id": "con_1f0c7a52d9e84b36a1c05e72",
    "provider": "google",
    "user": "ann",
    "status": "active",
    "reason": None,
    "integrations": ["google-calendar"],
    "scopes": ["https://www.googleapis.com/auth/calendar.events"],
    "missing_scopes": [],
    "expires_at": "2026-11-23T18:00:00Z",
    "created_at": "2026-11-20T09:12:44Z",
    "updated_at": "2026-11-23T17:00:00Z",
}


_CONNECTION = object_of(
    {
        "id": {"type": "string", "description": "Stays the same however often the user connects again"},
        "provider": {"type": "string", "description": "The provider, or the integration whose secret it is"},
        "user": {"type": "string", "description": "Whose it is"},
        "status": {
            "enum": ["active", "expiring", "needs_reauth", "revoked"],
            "description": "`expiring` is renewed with the next call; the last two need their user",
        },
        "reason": {"type": ["string", "null"], "description": "Why it needs its user"},
        "integrations": {**_NAMES, "description": "Those that use it"},
        "scopes": {**_NAMES, "description": "What the user has granted"},
        "missing_scopes": {**_NAMES, "description": "What those integrations need beyond that"},
        "expires_at": {**_TIME, "type": ["string", "null"], "description": "When the access token ends"},
        "created_at": _TIME,
        "updated_at": _TIME,
    },
    description="A user's account at a provider; no token is ever shown",
)
_NAMED: Mapping[str, Any] = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The connection's id, or the name of an integration: then it is the one that your user has there",
    "schema": {"type": "string", "minLength": 1, "pattern": _PLACE, "examples": [_EXAMPLE["id"]]},
}
_BY_INTEGRATION: Mapping[str, Any] = {
    **_NAMED,
    "description": "The name of the integration",
    "schema": {"type": "string", "minLength": 1, "pattern": _PLACE, "examples": ["vapi"]},
}

MAKE_LINK = operation(
    "make_connect_link",
    "Make a link with which a user connects an account",
    "Send the user there: it is for this user and this provider alone, works once, and for ten minutes.",
    requestBody=body(
        object_of(
            {
                "integration": {"type": "string", "minLength": 1, "maxLength": 255},
                "provider": {"type": "string", "minLength": 1, "maxLength": 255},
                "user": USER,
                "return_to": {
                    "type": "string",
                    "maxLength": 2048,
                    "description": "Where the user goes once it is done; one of `server.return_to`, or below it",
                },
            },
            required=False,
            oneOf=[{"required": ["integration"]}, {"required": ["provider"]}],
        ),
        {"integration": "google-calendar", "user": "ann"},
    ),
    responses={
        "201": answer(
            "The link",
            object_of({"connect_url": {"type": "string", "format": "uri"}, "expires_at": _TIME}),
            {"connect_url": "https://gateway.example/connect/Qk3v…", "expires_at": "2026-11-23T18:10:00Z"},
        ),
        **problems(MISSING),
    },
)
LIST = operation(
    "list_connections",
    "List connections",
    "Those of your user; with the scope `admin`, and without `X-Gateway-User`, those of all users.",
    parameters=[
        query("user", "Only those of this user", USER),
        query("provider", "Only those at this provider", _TEXT),
        query("after", "The `next` of the page before", _TEXT),
        query("limit", "At most so many", {"type": "integer", "minimum": 1, "maximum": MOST, "default": MOST}),
    ],
    responses={
        "200": answer(
            "In the order of their ids",
            object_of({"connections": {"type": "array", "items": _CONNECTION}, "next": {"type": ["string", "null"]}}),
            {"connections": [_EXAMPLE], "next": None},
        ),
        **problems(),
    },
)
SHOW = operation(
    "show_connection",
    "Show a connection",
    "Its status, and what the user has granted.",
    parameters=[_NAMED],
    responses={"200": answer("The connection", _CONNECTION, _EXAMPLE), **problems(MISSING)},
)
REFRESH = operation(
    "refresh_connection",
    "Renew the token of a connection now",
    "Nobody has to: it is renewed before it ends. It tells at once whether the grant still holds.",
    parameters=[_NAMED],
    responses={
        "200": answer("The connection as it is now", _CONNECTION, _EXAMPLE),
        **problems(MISSING, AT_THE_PROVIDER),
    },
)
DELETE = operation(
    "delete_connection",
    "Remove a connection",
    "The tokens are given back where the provider takes them back, and forgotten in any case.",
    parameters=[_NAMED],
    responses={"204": {"description": "It is gone", "headers": header_fields()}, **problems(MISSING)},
)
PUT_SECRET = operation(
    "put_secret",
    "Keep a user's own secret for an integration",
    "For integrations that are asked with `credential: {use: stored}`. It is sealed, and never shown again.",
    parameters=[_BY_INTEGRATION],
    requestBody=body(
        object_of(
            {"secret": {"type": "string", "minLength": 1, "maxLength": 8192, "pattern": r"^[!-~]([ -~]*[!-~])?$"}}
        ),
        {"secret": "the user's own key"},
    ),
    responses={
        "200": answer("It is in the place of the one before", _CONNECTION, _EXAMPLE),
        "201": answer("It is kept", _CONNECTION, _EXAMPLE),
        **problems(MISSING),
    },
)
