"""What a package offers to the gateway through its entry points, and how each of them is built."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

import msgspec

from gateway.contract.call import Handler, Stage
from gateway.contract.kit import Catalog, Fetch, Kit, Site, TokenVault
from gateway.contract.observing import Observe


def always(catalog: Catalog) -> bool:
    """Whatever is served."""
    return True


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Something that may be asked or ordered of the gateway itself.

    `who` may: those who run it, on the admin listener, where `path` stands below /admin/; callers, whom the gateway
    knows by then; or anyone. `path` may hold `{parameters}`; `build` gives the handler, whose Call has path, query and
    payload, or the body as it came where anyone may ask. `summary` is one line, `document` how OpenAPI describes it,
    for callers. It is there where `needed` says so of what is served.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    summary: str
    build: Callable[[Kit], Handler]
    who: Literal["admin", "caller", "anyone"] = "admin"
    document: Mapping[str, Any] = {}
    needed: Callable[[Catalog], bool] = always


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of stage: its name in YAML, its settings, how its stages are built, by slot.

    `build` is given the merged settings, or None where `always` asks for it without them. `settings` None means that
    there is no YAML key. `nullable` tells whether `null` may switch it off. Lists `prepend` where maps merge.
    `description` and `examples`, as YAML writes them, are for editors: what stands under the key, and what for.
    `pages` are for the people who run it. One that `stores` needs the store.
    """

    name: str
    settings: Any
    build: Callable[[Any, Site, Kit], Mapping[str, Stage]]
    always: bool = False
    nullable: bool = True
    prepend: bool = False
    description: str = ""
    examples: tuple[Any, ...] = ()
    pages: tuple[Page, ...] = ()
    stores: bool = False


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A way to authenticate to a vendor: the struct whose tag `use` names it, and how its stage is built.

    One that is `user_bound` sends what belongs to the user of the call, so no answer may be shared; one that `stores`
    needs the store and the vault.
    """

    settings: Any
    build: Callable[[Any, Site, Kit], Stage]
    user_bound: bool = False
    stores: bool = False


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """Where a vault is built: the environment, the way to other servers, and whether this is production."""

    environ: Mapping[str, str]
    fetch: Fetch
    production: bool


class Vault(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of vault: the struct whose tag `use` names it under `server.vault`, and how it is built.

    `build` raises ValueError where a key is missing or is none. It is called when the first credential needs a vault.
    """

    settings: Any
    build: Callable[[Any, Surroundings], TokenVault]


class SecretReader(Protocol):
    """One load's way to a source of secrets. Each method may wait, and is called away from the event loop."""

    def read(self, reference: str) -> str:
        """What stands behind the colon leads to this. Raises LookupError, which names what is missing, no secret."""
        ...

    def renew(self) -> float:
        """Keeps valid what was read, as long as it is served; tells after how many seconds to come again, `inf` where
        nothing ends. Raises LookupError where something will end: the config is then loaded anew.
        """
        ...

    def close(self) -> None:
        """Nothing that was read is in use any more."""
        ...


class SecretSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where references such as `${vault:path#field}` lead: `scheme` is the word before the colon.

    `open` is called once for each load of a config that has such a reference, with the environment.
    """

    scheme: str
    open: Callable[[Mapping[str, str]], SecretReader]


class Lifespan(msgspec.Struct, frozen=True, kw_only=True):
    """Work of an application's own, beside its requests: entered when it begins to serve, left when it ends."""

    name: str
    run: Callable[[Kit], AbstractAsyncContextManager[None]]


class Observer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is told of finished requests. `build` is called once for each application, not for each config."""

    name: str
    build: Callable[[Kit], Observe]
