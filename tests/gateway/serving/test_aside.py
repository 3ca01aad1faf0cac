"""The config that serves is kept aside as it was, and nothing that is secret is copied."""

from pathlib import Path

from gateway.loading import Loaded, load
from gateway.registry import discover
from gateway.serving.aside import Aside

TEXT = """
version: 1
include: [parts/*.yaml]
integrations:
  crm:
    base_url: https://crm.example
    credential: {use: bearer, token: "${file:token.txt}"}
    endpoints: {one: {route: GET /one}}
"""
PART = """
integrations:
  mail:
    base_url: https://mail.example
    endpoints: {two: {route: GET /two}}
"""


def written(folder: Path) -> Path:
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / "mail.yaml").write_text(PART)
    (folder / "token.txt").write_text("very secret")
    (folder / "integrations.yaml").write_text(TEXT)
    return folder / "integrations.yaml"


def loaded(file: Path) -> Loaded:
    return load(file, discover(), {}, lenient_secrets=False)


def test_what_is_kept_is_what_served_whatever_became_of_the_files(tmp_path: Path) -> None:
    file = written(tmp_path / "etc")
    aside = Aside(tmp_path / "run", file)
    (tmp_path / "run").mkdir()
    assert aside.config is None
    before = loaded(file)
    aside.keep(before)
    file.write_text("version: 2")
    (file.parent / "parts" / "mail.yaml").unlink()

    assert aside.config is not None
    again = loaded(aside.config)
    assert again.config.digest == before.config.digest
    assert aside.originals(again.files) == before.files


def test_the_newest_one_counts(tmp_path: Path) -> None:
    file = written(tmp_path / "etc")
    aside = Aside(tmp_path, file)
    aside.keep(loaded(file))
    file.write_text(TEXT + "# newer\n")
    newer = loaded(file)
    aside.keep(newer)
    aside.keep(newer)

    assert aside.config is not None
    assert loaded(aside.config).config.digest == newer.config.digest


def test_secrets_are_led_to_and_not_copied(tmp_path: Path) -> None:
    file = written(tmp_path / "etc")
    (tmp_path / "run").mkdir()
    Aside(tmp_path / "run", file).keep(loaded(file))
    copies = [path for path in (tmp_path / "run").rglob("*") if path.is_file() and not path.is_symlink()]

    assert copies
    assert not any("very secret" in path.read_text() for path in copies)
