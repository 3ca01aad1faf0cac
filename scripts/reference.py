"""Makes docs/reference.md from the code: `python -m scripts.reference` writes it, a test holds it to the code."""

from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click
import msgspec

from gateway import cli, config, declared, diagnostics, errors, units
from gateway.registry import discover, tag_of

TARGET = Path(__file__).parent.parent / "docs" / "reference.md"

ENVIRONMENT = {
    "INTEGRATIONS_STUB_MODE": "`true` stubs every vendor, `false` none; unset leaves it to the file.",
    "CIRCUIT_BREAKER_ENABLED": "`false` switches every breaker off.",
    "RATE_LIMIT_PER_MINUTE": "A number of requests a minute, for every quota that is on.",
    "GATEWAY_LINK_SECRET": "Any long text: seals the links to further pages. With the same one, several gateways and "
    "one that was restarted follow each other's; workers share one by themselves.",
    "GATEWAY_ENV": "`production` refuses what is for demos, on loopback too.",
}


def main() -> None:
    TARGET.write_text(reference())


def reference() -> str:
    return "\n".join([*_head(), *_keys(), *_policies(), *_credentials(), *_commands(), *_problems(), *_codes()]) + "\n"


def _head() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield "Made from the code by `python -m scripts.reference`; the tests fail when the two differ."
    yield ""
    yield "## Environment"
    yield ""
    yield from _table(("variable", "what it does"), [(f"`{name}`", text) for name, text in ENVIRONMENT.items()])
    yield "Every option of a command has a variable too; it stands beside the option below."
    yield ""


def _keys() -> Iterator[str]:
    yield "## Keys of integrations.yaml"
    yield ""
    yield "`version: 1`, then `server`, `defaults` (policies for every integration), `profiles` (named bundles of"
    yield "policies, taken over with `extends`) and `integrations`. A policy's key may stand in `defaults`, in a"
    yield "profile, at an integration and at an endpoint; maps merge key by key, everything else replaces, `null`"
    yield "switches off and `{}` switches on. Values may refer to `${NAME}`, `${NAME:-default}`, `${file:/path}`."
    yield ""
    for title, struct in [
        ("`server`", config.Server),
        ("`server.callers`", config.Callers),
        ("`server.cors`", config.Cors),
        ("`server.tls`", config.Tls),
        ("An integration", config.Integration),
        ("`native`", config.Native),
        ("An endpoint", config.Endpoint),
        ("`responses`", config.Response),
        ("`send`", declared.Send),
        ("`reply`", declared.ReplyMapping),
    ]:
        yield from _struct(title, struct)


def _policies() -> Iterator[str]:
    yield "## Policies"
    yield ""
    for policy in discover().policies:
        if policy.settings is None:
            continue
        inner = [kind for kind in (policy.settings, *get_args(policy.settings)) if _is_struct(kind)]
        if not inner:
            yield f"### `{policy.name}`"
            yield ""
            yield f"{_shown(policy.settings)}."
            yield ""
        for struct in inner:
            yield from _struct(f"`{policy.name}`", struct)
            yield from _nested(policy.name, struct)


def _nested(name: str, struct: type) -> Iterator[str]:
    for field in msgspec.structs.fields(struct):
        for kind in (field.type, *get_args(field.type)):
            if _is_struct(kind):
                yield from _struct(f"`{name}.{field.encode_name}`", kind)


def _credentials() -> Iterator[str]:
    yield "## Credentials"
    yield ""
    for credential in discover().credentials:
        yield from _struct(f"`use: {tag_of(credential.settings)}`", credential.settings)


def _commands() -> Iterator[str]:
    yield "## Commands"
    yield ""
    context = click.Context(cli.main)
    for name in cli.COMMANDS:
        command = cli.main.get_command(context, name)
        assert command is not None
        yield f"### `gateway {name}`"
        yield ""
        yield command.help or ""
        yield ""
        rows = [_option(option) for option in command.params if isinstance(option, click.Option)]
        yield from _table(("option", "variable", "what it does"), rows)


def _option(option: click.Option) -> tuple[str, str, str]:
    variable = f"`{option.envvar}`" if isinstance(option.envvar, str) else ""
    return " ".join(f"`{text}`" for text in option.opts), variable, option.help or ""


def _problems() -> Iterator[str]:
    yield "## Problems"
    yield ""
    yield "What the gateway itself answers, as RFC 9457 problem documents. Error rules add their own."
    yield ""
    rows = [(f"`{leaf.slug}`", str(leaf.status), leaf.title) for leaf in _leaves(errors.GatewayError)]
    yield from _table(("slug", "status", "title"), sorted(set(rows)))


def _codes() -> Iterator[str]:
    yield "## Diagnostics"
    yield ""
    rows = [
        (f"`{code}`", "warning" if code in diagnostics.WARNINGS else "error", text)
        for code, text in diagnostics.CODES.items()
    ]
    yield from _table(("code", "severity", "about"), rows)


def _leaves(error: type[errors.GatewayError]) -> Iterator[type[errors.GatewayError]]:
    if not error.__subclasses__():
        yield error
    for child in error.__subclasses__():
        yield from _leaves(child)


def _struct(title: str, struct: Any) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield (struct.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    yield ""
    hints = get_type_hints(struct, include_extras=True)
    rows = [
        (f"`{field.encode_name}`", _shown(hints[field.name]), _default(field), _description(hints[field.name]))
        for field in msgspec.structs.fields(struct)
    ]
    yield from _table(("key", "value", "default", "what it does"), rows)


def _description(kind: Any) -> str:
    if get_origin(kind) is Annotated:
        return next((meta.description for meta in get_args(kind)[1:] if getattr(meta, "description", None)), "")
    return ""


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if default is None or default is msgspec.UNSET or isinstance(default, msgspec.Struct):
        return ""
    return f"`{_value(default)}`"


def _value(default: Any) -> str:
    if isinstance(default, units.Duration):
        return f"{default:g}s" if float(default) == 0 or default >= 1 else f"{default * 1000:g}ms"
    if isinstance(default, units.Percentage):
        return f"{default * 100:g}%"
    if isinstance(default, units.Size):
        return f"{default // 1024**2}MiB"
    if isinstance(default, units.Secret):
        return str(default) or '""'
    if isinstance(default, tuple):
        return "[" + ", ".join(map(str, default)) + "]"
    return msgspec.json.encode(default).decode()


_NAMES = {
    str: "text", int: "number", float: "number", bool: "true or false", type(None): "null", Any: "anything",
    units.Duration: "duration", units.Size: "size", units.Percentage: "percentage", units.Secret: "secret",
}  # fmt: skip


def _shown(kind: Any) -> str:
    """The type in a reader's words."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _shown(inner[0])
    if origin in {Union, UnionType}:
        kinds = [part for part in inner if part is not type(None) and part is not msgspec.UnsetType]
        return " or ".join(dict.fromkeys(_shown(part) for part in kinds))
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin is tuple:
        return f"list of {_shown(inner[0])}"
    if origin is dict:
        return "map"
    return _NAMES.get(kind, "map")


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _table(head: tuple[str, ...], rows: list[Any]) -> Iterator[str]:
    if not rows:
        return
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


if __name__ == "__main__":
    main()
