"""A new project: what it consists of, and what it leaves alone."""

from pathlib import Path

import pytest

from gateway.editing import Refused, Shipped, start, write
from gateway.loading import load
from gateway.registry import Registry, discover


@pytest.fixture(scope="module")
def registry() -> Registry:
    return discover()


def begin(folder: Path, registry: Registry, *vendors: str) -> list[str]:
    begun = start(folder, registry, Shipped(), vendors)
    for change in begun.changes:
        write(change)
    return [path.relative_to(folder).as_posix() for path in begun.kept]


def test_the_example_loads_without_a_warning(tmp_path: Path, registry: Registry) -> None:
    begin(tmp_path, registry)
    loaded = load(tmp_path / "integrations.yaml", registry, {}, lenient_secrets=False)

    assert loaded.warnings == ()
    assert {path.name for path in tmp_path.iterdir()} == {".env.example", ".gitignore", "integrations.yaml", "schemas"}
    assert [one.name for one in loaded.config.integrations] == ["example"]


def test_vendors_stand_instead_of_the_example_with_their_schemas(tmp_path: Path, registry: Registry) -> None:
    begin(tmp_path, registry, "gmail", "twilio", "gmail")
    loaded = load(tmp_path / "integrations.yaml", registry, {}, lenient_secrets=True)

    assert [one.name for one in loaded.config.integrations] == ["gmail", "twilio"]
    assert {problem.code for problem in loaded.warnings} == {"GW201"}


def test_every_variable_is_listed_once(tmp_path: Path, registry: Registry) -> None:
    begin(tmp_path, registry, "gmail", "google-calendar")
    lines = (tmp_path / ".env.example").read_text().splitlines()

    assert lines.count("# GOOGLE_ACCESS_TOKEN=") == lines.count("# GOOGLE_CLIENT_ID=") == 1
    assert "# GOOGLE_CALENDAR_BASE_URL=https://www.googleapis.com/calendar/v3" in lines


def test_what_is_there_stays(tmp_path: Path, registry: Registry) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")

    assert begin(tmp_path, registry) == [".gitignore"]
    assert (tmp_path / ".gitignore").read_text() == "mine\n"


def test_a_config_that_is_there_is_never_touched(tmp_path: Path, registry: Registry) -> None:
    (tmp_path / "integrations.yaml").write_text("mine")

    with pytest.raises(Refused, match=r"`gateway add VENDOR` adds to it"):
        begin(tmp_path, registry)
    assert [path.name for path in tmp_path.iterdir()] == ["integrations.yaml"]


def test_another_schema_of_the_same_name_stops_it(tmp_path: Path, registry: Registry) -> None:
    own = tmp_path / "schemas" / "gmail" / "message.json"
    own.parent.mkdir(parents=True)
    own.write_text("{}")

    with pytest.raises(Refused, match=r"schemas/gmail/message\.json: there already, and different"):
        begin(tmp_path, registry, "gmail")
    assert not (tmp_path / "integrations.yaml").exists()
