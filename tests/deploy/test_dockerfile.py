"""What the image promises, read from the file that makes it."""

import re
import tomllib

from tests.deploy.dockerfile import environment, every, health, ignored, only, stages
from tests.running import ROOT

BUILD, RUN = stages()


def test_both_stages_are_the_same_pinned_slim_python() -> None:
    bases = [only(stage, "FROM").words[0] for stage in (BUILD, RUN)]
    pinned = re.fullmatch(r"python:(\d+\.\d+)\.\d+-slim-[a-z]+", bases[0])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert bases[0] == bases[1]
    assert pinned is not None
    assert project["requires-python"] == f">={pinned[1]}"


def test_everything_that_is_installed_is_locked() -> None:
    text = " ".join(instruction.text for instruction in every(BUILD, "RUN"))

    assert "--require-hashes -r requirements/serve.txt" in text
    assert all("--no-deps" in part or "--require-hashes" in part for part in text.split("&&") if " install " in part)


def test_what_is_copied_is_there_and_nothing_else_is_sent_to_the_engine() -> None:
    copied = [source for instruction in every(BUILD, "COPY") for source in instruction.words[:-1]]

    assert all((ROOT / source).exists() and not ignored(source) for source in copied)
    assert all(map(ignored, (".git", ".venv", "var", "tests", "docs", ".env", "requirements/test.txt", "Dockerfile")))
    assert ignored("gateway/cli/__pycache__/group.pyc")


def test_the_wheel_is_made_of_what_is_copied() -> None:
    copied = {source for instruction in every(BUILD, "COPY") for source in instruction.words[:-1]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = [*wheel["packages"], *wheel["force-include"], project["project"]["readme"]]

    assert {path.partition("/")[0] for path in [*needed, *project["project"]["license-files"]]} <= copied


def test_it_runs_as_a_number_that_is_not_root() -> None:
    user = only(RUN, "USER").text

    assert re.fullmatch(r"(\d{5}):\1", user)
    assert f"--owner {user.partition(':')[0]}" in only(RUN, "RUN").text


def test_it_needs_no_shell_to_start_and_hears_the_signal_to_stop() -> None:
    assert only(RUN, "ENTRYPOINT").text == '["gateway"]'
    assert only(RUN, "CMD").text == '["serve"]'
    assert only(RUN, "STOPSIGNAL").text == "SIGTERM"


def test_it_asks_for_its_health_without_a_tool_of_its_own() -> None:
    assert health(RUN) == ["gateway", "smoke", "--quick"]


def test_it_is_made_for_production() -> None:
    told = environment(RUN)

    assert (told["GATEWAY_HOST"], told["GATEWAY_API_KEYS"], told["GATEWAY_ENV"]) == (
        "0.0.0.0",
        "required",
        "production",
    )
    assert told["GATEWAY_STORAGE"] == f"sqlite:///{only(RUN, 'WORKDIR').text}/gateway.db"
    assert only(RUN, "VOLUME").words == [only(RUN, "WORKDIR").text]
