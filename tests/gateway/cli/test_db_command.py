"""`gateway db` over a real database."""

from pathlib import Path

from click.testing import CliRunner, Result

from gateway.cli import main


def ask(folder: Path, *words: str, storage: str = "sqlite:///{folder}/var/gateway.db") -> Result:
    config = folder / "integrations.yaml"
    config.write_text(f'version: 1\nserver: {{storage: "{storage.format(folder=folder)}"}}\nintegrations: {{}}\n')
    return CliRunner().invoke(main, ["db", *words, "-c", str(config)])


def test_the_tables_are_made_and_told_of(tmp_path: Path) -> None:
    before, made, after = ask(tmp_path, "check"), ask(tmp_path, "upgrade"), ask(tmp_path, "check")

    assert (before.exit_code, before.stdout.partition(":")[0]) == (1, "empty")
    assert (made.exit_code, made.output) == (0, "")
    assert (after.exit_code, after.stdout.partition(":")[0]) == (0, "current")


def test_the_tables_go_again(tmp_path: Path) -> None:
    ask(tmp_path, "upgrade")

    assert ask(tmp_path, "downgrade", "base").exit_code == 0
    assert ask(tmp_path, "check").stdout.startswith("empty")
    assert "'nope'" in ask(tmp_path, "downgrade", "nope").stderr


def test_one_step_back_and_forward_again(tmp_path: Path) -> None:
    ask(tmp_path, "upgrade")
    back, behind = ask(tmp_path, "downgrade", "-1"), ask(tmp_path, "check")
    forward, current = ask(tmp_path, "upgrade"), ask(tmp_path, "check")

    assert (back.exit_code, back.output, forward.exit_code) == (0, "", 0)
    assert (behind.exit_code, behind.stdout.partition(":")[0]) == (1, "behind")
    assert (current.exit_code, current.stdout.partition(":")[0]) == (0, "current")


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    told = ask(tmp_path, "check", storage="postgresql://ann:secret@127.0.0.1:1/gateway")

    assert (told.exit_code, told.stdout) == (69, "")
    assert "the database cannot be reached: look at `server.storage`" in told.stderr
    assert "secret" not in told.stderr
