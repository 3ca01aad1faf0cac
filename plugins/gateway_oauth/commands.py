"""`gateway connections`: users' connections, looked at and ordered about through the gateway that serves.

Tokens can be opened by that gateway alone, and only what it does itself is known to all of its processes at once.
"""

import json
import os
import sys
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

import click

PATIENCE = 30.0
REFUSED_EXIT, MISSING_EXIT = 1, 69
_PATH = "/admin/connections"


@click.group("connections")
def connections() -> None:
    """Users' connections: what they have granted, whether it works, and its end.

    The gateway that runs is asked, at its admin address: GATEWAY_ADMIN_BIND, or 127.0.0.1:8001.
    """


def _json_option(function: Any) -> Any:
    return click.option("--json", "as_json", is_flag=True, help="As JSON, one value.")(function)


@connections.command("list")
@click.option("--user", metavar="USER", help="Only those of this user.")
@click.option("--provider", metavar="PROVIDER", help="Only those at this provider.")
@_json_option
def every(user: str | None, provider: str | None, as_json: bool) -> None:
    """List them: id, status, provider, user."""
    found, after = [], ""
    while True:
        query = {name: value for name, value in (("user", user), ("provider", provider), ("after", after)) if value}
        page = _asked("GET", f"{_PATH}?{urlencode(query)}")
        found += page["connections"]
        after = page["next"] or ""
        if not after:
            break
    if as_json:
        click.echo(json.dumps(found))
        return
    for one in found:
        click.echo(f"{one['id']}  {one['status']:<12}  {one['provider']}  {one['user']}{_lacking(one)}")


@connections.command("show")
@click.argument("connection_id")
@_json_option
def show(connection_id: str, as_json: bool) -> None:
    """Show all that is known of CONNECTION_ID, but for its tokens."""
    _say(_asked("GET", _of(connection_id)), as_json=as_json)


@connections.command("test")
@click.argument("connection_id")
@_json_option
def test(connection_id: str, as_json: bool) -> None:
    """Tell whether a call could be made with CONNECTION_ID now; ends with 1 where its user has to connect again."""
    _say(_asked("POST", f"{_of(connection_id)}/test"), as_json=as_json)


@connections.command("refresh")
@click.argument("connection_id")
@_json_option
def refresh(connection_id: str, as_json: bool) -> None:
    """Renew the token of CONNECTION_ID now; nobody has to, it is renewed before it ends."""
    _say(_asked("POST", f"{_of(connection_id)}/refresh"), as_json=as_json)


@connections.command("revoke")
@click.argument("connection_id")
@_json_option
def revoke(connection_id: str, as_json: bool) -> None:
    """Give the tokens of CONNECTION_ID back, and forget them. Its user may connect again."""
    _say(_asked("POST", f"{_of(connection_id)}/revoke"), as_json=as_json)


def _of(connection_id: str) -> str:
    return f"{_PATH}/{quote(connection_id, safe='')}"


def _say(one: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(one))
        return
    for name, value in one.items():
        written = " ".join(value) if isinstance(value, list) else "" if value is None else value
        click.echo(f"{name:<15} {written}".rstrip())


def _lacking(one: dict[str, Any]) -> str:
    return f"  lacks {' '.join(one['missing_scopes'])}" if one["missing_scopes"] else ""


def _asked(method: str, path: str) -> Any:
    address = f"http://{os.environ.get('GATEWAY_ADMIN_BIND') or '127.0.0.1:8001'}"
    key = os.environ.get("GATEWAY_ADMIN_KEY")
    fields = {"Authorization": f"Bearer {key}"} if key else {}
    request = Request(address + path, method=method, headers=fields)  # noqa: S310 - the scheme stands above
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())
    except HTTPError as refused:
        with refused:
            _refuse(_detail(refused), REFUSED_EXIT)
    except (OSError, HTTPException, ValueError) as silent:
        reason = getattr(silent, "reason", silent)
        _refuse(f"no gateway answers at {address} ({reason}): start it with `gateway serve`", MISSING_EXIT)


def _detail(refused: HTTPError) -> str:
    """The problem's own words, and the link where one is there."""
    try:
        problem = json.loads(refused.read())
        link = problem.get("connect_url")
        return f"{problem['detail']}" + (f"; he can do so at {link}" if link else "")
    except (ValueError, KeyError, AttributeError):
        return f"the gateway answered {refused.code}"


def _refuse(message: str, code: int) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    sys.exit(code)
