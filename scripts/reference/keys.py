"""The page of every key of integrations.yaml."""

from collections.abc import Iterator
from typing import Any

from gateway import config
from gateway.registry import discover, tag_of
from scripts.reference.tables import parts, struct, structs_within, words

_HEAD = """\
# Keys of integrations.yaml

`version: 1`, then `server`, `defaults` (policies for every integration), `profiles` (named bundles of policies, taken
over with `extends`), `include` (further files with integrations) and `integrations`. A policy's key may stand in
`defaults`, in a profile, at an integration and at an endpoint; maps merge key by key, everything else replaces, `null`
switches off and `{}` switches on. Values may refer to `${NAME}`, `${NAME:-default}` and `${file:/path}`.
"""
_SECTIONS: tuple[tuple[str, Any], ...] = (
    ("`server`", config.Server),
    ("An integration", config.Integration),
    ("An endpoint", config.Endpoint),
)


def keys() -> Iterator[str]:
    yield _HEAD
    for title, kind in _SECTIONS:
        yield from struct(title, kind, "##")
        yield from _within(kind)
    yield "## Policies"
    yield ""
    for policy in discover().policies:
        if policy.settings is not None:
            yield from _policy(policy.name, policy.settings)
    yield "## Credentials"
    yield ""
    for credential in discover().credentials:
        yield from struct(f"`use: {tag_of(credential.settings)}`", credential.settings)


def _policy(name: str, settings: Any) -> Iterator[str]:
    kinds = list(parts(settings))
    if not kinds:
        yield f"### `{name}`"
        yield ""
        yield f"{words(settings)}."
        yield ""
    for kind in kinds:
        yield from struct(f"`{name}`", kind)
        yield from _within(kind, f"{name}.")


def _within(kind: Any, prefix: str = "") -> Iterator[str]:
    for key, inner in structs_within(kind):
        title = f"`{prefix}{key}`"
        tag = inner.__struct_config__.tag
        yield from struct(f"{title} with `{inner.__struct_config__.tag_field}: {tag}`" if tag else title, inner)
        yield from _within(inner, f"{prefix}{key}.")
