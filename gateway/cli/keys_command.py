"""`gateway keys`: callers' keys, made, listed, rotated, revoked."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
import msgspec

from gateway.auditing import noted, operator
from gateway.callers.keys import make
from gateway.callers.scopes import problem_of
from gateway.cli import config_option, json_option
from gateway.cli.reporting import refuse
from gateway.cli.storing import with_store
from gateway.stored import Key
from gateway.units import Duration

if TYPE_CHECKING:
    from gateway.stores import SqlStore

DAY = 86_400.0


@click.group("keys")
def command() -> None:
    """Make, list, rotate and revoke the keys with which callers use the gateway."""


@command.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", default=("*",), show_default=True,
              help="What it may use: `crm.*`, `crm.list_contacts`, `act-as`, `admin`; may be repeated.")  # fmt: skip
@click.option("--expires", metavar="DURATION", help="After which it ends, such as `90d`; never if left out.")
@click.option("--test", is_flag=True, help="A key that begins with gwk_test_, so that people can tell it apart.")
@config_option
def create(name: str, scopes: tuple[str, ...], expires: str | None, test: bool, config: str) -> None:
    """Make a key called NAME and print it. It is shown once: only a digest of it is kept."""
    for wrong in filter(None, map(problem_of, scopes)):
        refuse(wrong)
    now = time.time()
    ends = None if expires is None else now + _duration(expires)
    made = make(name, scopes, now=now, kind="test" if test else "live", expires_at=ends)

    async def work(store: "SqlStore") -> None:
        await store.keys.add(made.key)
        await noted(store.audit, "key.made", made.key.id, who=operator(), name=name, scopes=scopes)

    with_store(config, work)
    click.echo(made.secret)


@command.command("list")
@json_option
@config_option
def every(as_json: bool, config: str) -> None:
    """List the keys: id, name, scopes, state, when last used."""

    async def work(store: "SqlStore") -> list[Key]:
        return list(await store.keys.every())

    keys = with_store(config, work)
    if as_json:
        click.echo(msgspec.json.encode([_told(key) for key in keys]))
        return
    for key in keys:
        told = _told(key)
        used = told["last_used_at"] or "never used"
        click.echo(f"{key.id}  {told['state']:<8}  {used:<20}  {key.name}  {' '.join(key.scopes)}")


@command.command("rotate")
@click.argument("key_id")
@click.option("--overlap", metavar="DURATION", default="24h", show_default=True,
              help="For how long the old key goes on working.")  # fmt: skip
@config_option
def rotate(key_id: str, overlap: str, config: str) -> None:
    """Make a successor of the key KEY_ID and print it; the old one works on for the overlap."""
    now, ends = time.time(), time.time() + _duration(overlap)

    async def work(store: "SqlStore") -> str | None:
        old = await store.keys.find(key_id)
        if old is None or old.revoked_at is not None:
            return None
        made = make(old.name, old.scopes, now=now, kind="test" if key_id.startswith("gwk_test_") else "live")
        await store.keys.add(made.key)
        sooner = ends if old.expires_at is None else min(ends, old.expires_at)
        await store.keys.change(key_id, expires_at=sooner, successor=made.key.id)
        await noted(store.audit, "key.rotated", key_id, who=operator(), successor=made.key.id)
        return made.secret

    secret = with_store(config, work)
    if secret is None:
        refuse(f"there is no key `{key_id}` in use; `gateway keys list` tells which there are", 1)
    click.echo(secret)


@command.command("revoke")
@click.argument("key_id")
@config_option
def revoke(key_id: str, config: str) -> None:
    """End the key KEY_ID: within five seconds no gateway takes it any more."""

    async def work(store: "SqlStore") -> bool:
        found = await store.keys.change(key_id, revoked_at=time.time())
        if found:
            await noted(store.audit, "key.revoked", key_id, who=operator())
        return found

    if not with_store(config, work):
        refuse(f"there is no key `{key_id}`; `gateway keys list` tells which there are", 1)


def _duration(text: str) -> float:
    try:
        return float(Duration.parse(text))
    except ValueError as wrong:
        refuse(str(wrong))


def _told(key: Key) -> dict[str, Any]:
    """Everything but the digest."""
    times = {name: _time(getattr(key, name)) for name in ("created_at", "expires_at", "revoked_at", "last_used_at")}
    return {
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "state": _state(key),
        "successor": key.successor,
    } | times


def _state(key: Key) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= time.time() else "in use"


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
