"""A process that renews connections until it is killed, and says each time what the database has acknowledged.

`python -m tests.custody.writer DATABASE RING SEED`; a line `id version` is a promise.
"""

import asyncio
import random
import sys
from typing import NoReturn

from gateway.errors import StoreUnavailable
from gateway.stores import Database, SqlStore
from tests.custody.grants import renew, vault_of

CONNECTIONS = 40
AT_ONCE = 4


async def main(url: str, keys: str, seed: int) -> None:
    store, chance = SqlStore(Database(url)), random.Random(seed)

    async def hand() -> NoReturn:
        while True:
            which = f"c{chance.randrange(CONNECTIONS):02}"
            try:
                version = await renew(store, vault_of(keys), which)
            except StoreUnavailable:  # what became of it nobody knows, so nothing is promised
                await asyncio.sleep(0.02)
                continue
            if version is not None:
                print(which, version, flush=True)

    await asyncio.gather(*(hand() for _ in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
