"""How an application is started, and what follows from that and from the file together."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from gateway.contract import Trail
from gateway.loading import Loaded
from gateway.registry import Registry


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """How an application is started: what the command line and the environment say, the file apart.

    `public_url` is where callers find the gateway unless the file says so; `engine` the vendor HTTP client. `observe`
    is given the trail of each request to an endpoint, before anything is in it. `begin` is the file to begin with where
    that is not `config` itself. `sheds` is for one that has its event loop to itself, `production` for one that serves
    others than whoever started it. One that `writes` has a line on stdout for each request. The
    admin address of one that `guards` can be reached by others than this machine, who need a key.
    """

    config: Path
    begin: Path | None = None
    environ: Mapping[str, str]
    public_url: str = "http://127.0.0.1:8000"
    allow_private: bool = False
    engine: str = "wreq"
    observe: Callable[[Trail], None] | None = None
    sheds: bool = False
    production: bool = False
    writes: bool = False
    guards: bool = False


def public_url_of(loaded: Loaded, launch: Launch) -> str:
    server = loaded.config.server
    assumed = launch.public_url if server.tls is None else launch.public_url.replace("http:", "https:", 1)
    return server.public_url or assumed


def keyed(loaded: Loaded) -> bool:
    """Whether callers need keys, of which there is a table."""
    return loaded.config.server.callers.api_keys == "required"


def holds_tokens(loaded: Loaded, registry: Registry, *, stubbed: bool) -> bool:
    """Whether it needs a vault: some integration is asked with what users have left here.

    `stubbed`: nobody is asked anything.
    """
    return not stubbed and any(registry.stores(item.credential) for item in loaded.config.integrations)


def remembers(loaded: Loaded, registry: Registry, *, stubbed: bool) -> bool:
    """Whether it needs a database."""
    return (
        keyed(loaded) or holds_tokens(loaded, registry, stubbed=stubbed) or _counts(loaded, registry, stubbed=stubbed)
    )


def _counts(loaded: Loaded, registry: Registry, *, stubbed: bool) -> bool:
    """Whether a policy stands anywhere that keeps what it counts."""
    storing = {policy.name for policy in registry.policies if policy.stores}
    return not stubbed and any(
        not storing.isdisjoint(policies)
        for item in loaded.config.integrations
        for policies in (item.policies, *(endpoint.policies for endpoint in item.endpoints))
    )
