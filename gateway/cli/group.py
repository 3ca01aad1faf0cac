"""The behaviour that all commands share: loaded on use, a variable for every flag, one line for what is misused."""

import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from click.shell_completion import CompletionItem

PLUGINS = "gateway.commands"
"""The group of entry points by which packages bring commands: the name, and where its click command is."""
USAGE_EXIT = 2
INTERRUPTED_EXIT = 130
"""128 and the number of SIGINT, as shells have it."""

_NEAR = 0.6


class Lazy(click.Group):
    """Knows the names and one-line helps of its commands without importing them.

    Those of packages, of the group of entry points `plugins`, stand behind its own, and are looked for where none of
    its own is meant.
    """

    def __init__(
        self,
        *args: Any,
        known: Mapping[str, str],
        sections: Mapping[str, tuple[str, ...]],
        plugins: str = "",
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self._plugins = plugins
        self._own = known
        self._sections = sections

    @cached_property
    def _brought(self) -> "Mapping[str, EntryPoint]":
        from importlib.metadata import entry_points

        found = sorted(entry_points(group=self._plugins), key=lambda entry: entry.name)
        return {entry.name: entry for entry in found if entry.name not in self._own}

    @cached_property
    def _known(self) -> Mapping[str, str]:
        return {**self._own, **{name: f"comes with {_origin(entry)}" for name, entry in self._brought.items()}}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for _, names in self._grouped() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._own:
            command: click.Command = import_module(f"gateway.cli.{cmd_name}_command").command
        elif cmd_name in self._brought:
            command = _loaded(self._brought[cmd_name])
        else:
            return None
        give_variables(command, "GATEWAY" if cmd_name == "serve" else f"GATEWAY_{_upper(cmd_name)}")
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """From the table: no command is imported for it."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=text) for name, text in self._known.items() if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if (
            name not in self._own
            and name not in self._brought
            and not name.startswith("-")
            and not ctx.resilient_parsing
        ):
            ctx.fail(f"there is no command `{name}`{_nearest(name, self._known)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self._known))
        for title, names in self._grouped():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), self._known[name]) for name in names])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **more: Any,
    ) -> Any:
        """Ends with 2 and one line on stderr where it is misused, with 2 and the traceback where it is wrong itself."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **more)
        try:
            ended = super().main(args, prog_name, complete_var, standalone_mode=False, **more)
        except click.Abort:
            sys.exit(INTERRUPTED_EXIT)
        except click.ClickException as misused:
            click.echo(f"error: {_one_line(misused)}", err=True)
            sys.exit(USAGE_EXIT)
        except Exception:  # noqa: BLE001 - the edge: whatever it is, it is ours, and 1 would say that there are findings
            traceback.print_exc()
            sys.exit(USAGE_EXIT)
        sys.exit(ended if isinstance(ended, int) else 0)

    def _grouped(self) -> Iterator[tuple[str, list[str]]]:
        placed = {name for names in self._sections.values() for name in names}
        for title, names in self._sections.items():
            if found := [name for name in names if name in self._known]:
                yield title, found
        if others := [name for name in self._known if name not in placed]:
            yield "Further commands", others


def give_variables(command: click.Command, prefix: str) -> None:
    """Every option that names no variable gets `{prefix}_{FLAG}`, and shows it in its help."""
    for option in command.params:
        if isinstance(option, click.Option):
            if option.envvar is None:
                option.envvar = f"{prefix}_{_upper(max(option.opts, key=len))}"
            option.show_envvar = True
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            give_variables(inner, f"{prefix}_{_upper(name)}")


def _loaded(entry: "EntryPoint") -> click.Command:
    """A package that does not keep its word is told by its name, in one line."""
    try:
        command = entry.load()
    except Exception as error:
        raise click.ClickException(f"{_origin(entry)} cannot be imported ({entry.value}): {error}") from error
    if not isinstance(command, click.Command):
        raise click.ClickException(f"{_origin(entry)} offers {entry.value}, which is no click command")
    return command


def _origin(entry: "EntryPoint") -> str:
    return entry.dist.name if entry.dist is not None else entry.value


def _upper(name: str) -> str:
    return name.lstrip("-").replace("-", "_").upper()


def _nearest(word: str, known: Mapping[str, str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, n=1, cutoff=_NEAR)
    return f"; did you mean `{close[0]}`?" if close else ""


def _one_line(misused: click.ClickException) -> str:
    message = " ".join(misused.format_message().split()).removesuffix(".")
    message = message[:1].lower() + message[1:]
    context = getattr(misused, "ctx", None)
    return message if context is None else f"{message} (see `{context.command_path} --help`)"
