"""How problems look to people."""

from pathlib import Path

from gateway.diagnostics import Place, Problem
from gateway.reporting import ansi, render_text
from tests.gateway.loading.loads import refused


def test_a_problem_shows_its_line_what_was_meant_and_what_is_allowed(tmp_path: Path) -> None:
    text = """\
    version: 1
    integrations:
      twilio:
        base_url: https://api.twilio.com
        retires: {attempts: 3}
    """
    (problem,) = refused(tmp_path, text)
    file = tmp_path / "integrations.yaml"
    assert (
        render_text(problem, file.read_text())
        == f"""\
error[GW104]: unknown key `retires` in integration `twilio`
 --> {file}:5:5
  |
5 |     retires: {{attempts: 3}}
  |     ^^^^^^^ did you mean `retry`?
  |
  = allowed here: allow_private, base_url, cache, credential, endpoints, errors, extends, native, openapi, retry, stub, …
  = help: gateway explain GW104"""  # noqa: E501 - as long as what is allowed here
    )


def test_a_key_of_another_level_is_told_where_it_belongs(tmp_path: Path) -> None:
    text = """\
    version: 1
    retry: {}
    integrations:
      crm: {base_url: "https://x", ttl: 5m, storage: x, mount: /x, summary: x}
    """
    assert {problem.hint for problem in refused(tmp_path, text)} == {
        "`retry` belongs in `defaults`, a profile, an integration or an endpoint",
        "`ttl` belongs in `cache`",
        "`storage` belongs in `server`",
        "`mount` belongs in `native`",
        "`summary` belongs in an endpoint",
    }


def test_a_value_near_an_allowed_one_is_offered(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, "version: 1\nintegrations: {}\ndefaults: {retry: {unsafe: nevr}}\n")
    assert problem.hint == "did you mean `never`?"


def test_a_tab_before_the_problem_keeps_the_marks_under_it(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, "version:\t2\nintegrations: {}\n")
    file = tmp_path / "integrations.yaml"
    assert "  |         \t^" in render_text(problem, file.read_text())


def test_colour_marks_what_is_wrong_and_nothing_else(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, "version: 1\nintegrations: {}\nretires: 1\n")
    file = tmp_path / "integrations.yaml"
    painted = render_text(problem, file.read_text(), ansi)

    assert painted.startswith("\x1b[1;31merror[GW104]\x1b[0m: ")
    assert "\x1b[1;31m^^^^^^^" in painted
    for sequence in ("\x1b[1;31m", "\x1b[1m", "\x1b[0m"):
        painted = painted.replace(sequence, "")
    assert painted == render_text(problem, file.read_text())


def test_a_warning_has_a_colour_of_its_own() -> None:
    problem = Problem("GW303", "warning", Place("a.yaml"), "routes overlap")

    assert render_text(problem, "version: 1", ansi).startswith("\x1b[1;33mwarning[GW303]\x1b[0m")
