"""`gateway completion SHELL`: the script that makes the shell complete commands, flags, endpoints and codes."""

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that makes SHELL complete the words of `gateway`.

    \b
    bash   eval "$(gateway completion bash)"          in ~/.bashrc
    zsh    eval "$(gateway completion zsh)"           in ~/.zshrc
    fish   gateway completion fish | source           in ~/.config/fish/config.fish
    """
    from click.shell_completion import get_completion_class

    from gateway.cli import main

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click has these three built in
    click.echo(kind(main, {}, "gateway", "_GATEWAY_COMPLETE").source())
