"""Integrations in files of their own: relative paths, secrets, places and what is watched."""

from pathlib import Path

from gateway.reporting import render_text
from tests.gateway.loading.loads import loaded, refused

MAIN = """\
    version: 1
    include: [vendors/*.yaml]
    defaults: {timeout: {total: 9s}}
"""


def vendor(folder: Path, text: str, name: str = "erp") -> Path:
    path = folder / "vendors" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_paths_are_relative_to_the_file_that_holds_them(tmp_path: Path) -> None:
    vendor(
        tmp_path,
        'integrations: {erp: {base_url: "https://erp.example", credential: {use: bearer, token: "${file:token}"}, '
        "endpoints: {get: {route: GET /x, response: {$ref: thing.json}}}}}",
    )
    (tmp_path / "vendors" / "token").write_text("s3cret\n")
    (tmp_path / "vendors" / "thing.json").write_text('{"type": "object"}')

    found = loaded(tmp_path, MAIN)

    (erp,) = found.config.integrations
    assert erp.credential is not None
    assert str(erp.credential.token) == "s3cret"
    assert erp.endpoints[0].written.response == {"type": "object"}


def test_an_inherited_value_and_an_own_one_are_each_told_in_their_file(tmp_path: Path) -> None:
    path = vendor(
        tmp_path,
        "integrations:\n  erp:\n    base_url: https://erp.example\n    timeout: {attempt: 1s}\n"
        "    endpoints: {get: {route: GET /x}}\n",
    )
    source = loaded(tmp_path, MAIN).source

    own, inherited = (source.origin("erp", "get", ("timeout", key)) for key in ("attempt", "total"))
    assert own is not None
    assert inherited is not None
    assert (own.file, own.line) == (str(path), 4)
    assert (inherited.file, inherited.line) == (str(tmp_path / "integrations.yaml"), 3)


def test_a_secret_in_an_included_file_is_hidden_there_and_nowhere_else(tmp_path: Path) -> None:
    text = 'integrations:\n  erp:\n    base_url: "http//"\n    credential: {use: bearer, token: hunter2, tokn: a}\n'
    path = vendor(tmp_path, text)

    shown = "\n".join(render_text(problem, path.read_text()) for problem in refused(tmp_path, MAIN))

    assert "hunter2" not in shown
    assert "http//" in shown


def test_included_files_and_their_folder_are_watched_and_count_for_the_digest(tmp_path: Path) -> None:
    path = vendor(tmp_path, "integrations: {}\n")
    before = loaded(tmp_path, MAIN)
    path.write_text("integrations: {} # changed\n")
    after = loaded(tmp_path, MAIN)

    assert {path, path.parent} <= set(after.files)
    assert before.config.digest != after.config.digest
