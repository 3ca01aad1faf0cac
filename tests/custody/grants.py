"""Connections whose content says what it is: whoever opens one can tell whether it is whole, and the right one."""

import asyncio
import base64
import hashlib
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from gateway.contract import TokenVault
from gateway.stored import Connection
from gateway.stores import Database, SqlStore
from gateway.stores.revisions import prepare
from gateway_vault.local import LocalVault
from gateway_vault.ring import parse

T = TypeVar("T")

K1, K2 = (f"k{number}:{base64.b64encode(bytes([number]) * 32).decode()}" for number in (1, 2))
OLD, BOTH, NEW = K1, f"{K2},{K1}", K2
"""The rings of a rotation: before it, while it goes on, and when it is over."""


def vault_of(keys: str) -> LocalVault:
    return LocalVault(parse(keys))


def content(which: str, version: int) -> bytes:
    filler = os.urandom(1024).hex()
    told = f"mark-of-{which}-{version}-{filler}"
    return f"{told}-{hashlib.sha256(told.encode()).hexdigest()}".encode()


def is_whole(plain: bytes, which: str, version: int) -> bool:
    told, _, digest = plain.decode().rpartition("-")
    return told.startswith(f"mark-of-{which}-{version}-") and hashlib.sha256(told.encode()).hexdigest() == digest


async def grant(vault: TokenVault, which: str, version: int = 1) -> Connection:
    made = Connection(id=which, provider="google", user=f"user of {which}", status="active", version=version)
    return msgspec.structs.replace(made, sealed=await vault.seal(content(which, version), made.bound))


async def renew(store: SqlStore, vault: TokenVault, which: str) -> int | None:
    """Makes a connection, or its next version, as a refresh does; the version, or None where another was quicker."""
    found = await store.connections.get(which)
    if found is None:
        return 1 if await store.connections.add(await grant(vault, which)) else None
    assert is_whole(await vault.open(found.sealed, found.bound), which, found.version)
    newer = await grant(vault, which, found.version + 1)
    return newer.version if await store.connections.replace(newer, found.version) else None


async def everything(store: SqlStore) -> list[Connection]:
    found: list[Connection] = []
    while page := await store.connections.every(after=found[-1].id if found else ""):
        found.extend(page)
    return found


async def damaged(store: SqlStore, vault: TokenVault) -> list[str]:
    """The ids of those that are not what they have to be; raises Unsealable for those that do not even open."""
    return [
        one.id
        for one in await everything(store)
        if not is_whole(await vault.open(one.sealed, one.bound), one.id, one.version)
    ]


def within(url: str, work: Callable[[SqlStore], Awaitable[T]]) -> T:
    """In a store whose tables are there."""

    async def main() -> T:
        database = Database(url)
        try:
            await prepare(database)
            return await work(SqlStore(database))
        finally:
            await database.close()

    return asyncio.run(main())
