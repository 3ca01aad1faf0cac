"""From an empty folder to endpoints that answer: `gateway init`, `gateway add`, `gateway fmt`, as they are typed."""

import difflib
import stat
from pathlib import Path

from tests.end_to_end.test_commands import gateway
from tests.running import running

MINE = "version: 1   # mine\nintegrations:\n    crm:   # ours\n        base_url:   'https://crm.example'\n\n# the end\n"


def test_a_new_project_passes_the_strict_check_and_answers_at_once(tmp_path: Path) -> None:
    begun = gateway("init", cwd=tmp_path)
    checked = gateway("check", "--strict", cwd=tmp_path)

    assert begun.returncode == 0, begun.stderr
    assert sorted(begun.stdout.split()) == [
        ".env.example", ".gitignore", "integrations.yaml", "schemas/integrations.schema.json"
    ]  # fmt: skip
    assert checked.returncode == 0, checked.stdout
    assert gateway("fmt", "--check", cwd=tmp_path).returncode == 0
    path = begun.stderr.splitlines()[-1].removeprefix("  curl http://127.0.0.1:8000")
    with running(tmp_path / "integrations.yaml", cwd=tmp_path) as served, served.client() as client:
        assert client.get(path).json() == {"greeting": "Good morning"}


def test_a_folder_that_has_a_config_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "integrations.yaml").write_text(MINE)
    begun = gateway("init", cwd=tmp_path)

    assert begun.returncode == 2
    assert begun.stderr.startswith("error: integrations.yaml is there already")
    assert [path.name for path in tmp_path.iterdir()] == ["integrations.yaml"]


def test_a_dry_run_lists_the_files_and_writes_none(tmp_path: Path) -> None:
    begun = gateway("init", "new", "--vendor", "gmail", "--dry-run", cwd=tmp_path)

    assert "new/schemas/gmail/profile.json" in begun.stdout.splitlines()
    assert list(tmp_path.iterdir()) == []


def test_a_project_that_begins_with_a_vendor_answers_in_stub_mode(tmp_path: Path) -> None:
    begun = gateway("init", "new", "--vendor", "gmail", cwd=tmp_path)
    config = tmp_path / "new" / "integrations.yaml"

    assert "  cd new && gateway check\n" in begun.stderr
    with running(config, {"INTEGRATIONS_STUB_MODE": "true"}, cwd=tmp_path) as served, served.client() as client:
        assert client.get("/api/v1/gmail/profile").json()["emailAddress"] == "ada@example.com"


def test_a_vendor_is_added_to_a_file_that_keeps_every_byte_and_answers(tmp_path: Path) -> None:
    config = tmp_path / "integrations.yaml"
    config.write_text(MINE)
    added = gateway("add", "twilio", "--as", "sms", cwd=tmp_path)
    steps = difflib.SequenceMatcher(None, MINE.splitlines(True), config.read_text().splitlines(True)).get_opcodes()

    assert added.returncode == 0, added.stderr
    assert added.stdout.splitlines()[0] == "integrations.yaml"
    assert "to set before it serves: TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET\n" in added.stderr
    assert "2 integrations, " in added.stderr.splitlines()[-1]
    assert [step[0] for step in steps] == ["equal", "insert", "equal"]
    with running(config, {"INTEGRATIONS_STUB_MODE": "true"}, cwd=tmp_path) as served, served.client() as client:
        assert client.get("/api/v1/sms/balance").json()["currency"] == "USD"


def test_a_dry_run_of_add_shows_the_difference_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "integrations.yaml").write_text(MINE)
    shown = gateway("add", "gmail", "--dry-run", cwd=tmp_path)

    assert "+    gmail:\n" in shown.stdout
    assert "--- /dev/null\n+++ schemas/gmail/message.json\n" in shown.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["integrations.yaml"]
    assert (tmp_path / "integrations.yaml").read_text() == MINE


def test_the_vendors_are_listed_and_a_wrong_one_gets_the_nearest(tmp_path: Path) -> None:
    listed = gateway("add", "--list", cwd=tmp_path)
    wrong = gateway("add", "twillio", cwd=tmp_path)

    assert "twilio           Twilio" in listed.stdout.splitlines()
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "error: no vendor `twillio` comes with the gateway; did you mean `twilio`?\n"


def test_fmt_writes_once_and_keeps_the_mode_of_the_file(tmp_path: Path) -> None:
    config = tmp_path / "integrations.yaml"
    config.write_text(MINE)
    config.chmod(0o600)
    first, second = gateway("fmt", cwd=tmp_path), gateway("fmt", cwd=tmp_path)

    assert (first.returncode, first.stdout, first.stderr) == (
        0, "integrations.yaml\n", "1 file formatted, 0 in order already\n"
    )  # fmt: skip
    assert (second.stdout, second.stderr) == ("", "0 files formatted, 1 in order already\n")
    assert config.read_text() == (
        'version: 1   # mine\nintegrations:\n  crm:     # ours\n    base_url: "https://crm.example"\n\n# the end\n'
    )
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["integrations.yaml"]


def test_fmt_only_tells_where_it_is_asked_to(tmp_path: Path) -> None:
    config = tmp_path / "integrations.yaml"
    config.write_text(MINE)
    listed, shown = gateway("fmt", "--check", cwd=tmp_path), gateway("fmt", "--diff", cwd=tmp_path)

    assert (listed.returncode, listed.stdout) == (1, "integrations.yaml\n")
    assert shown.returncode == 0
    assert "-    crm:   # ours\n" in shown.stdout
    assert config.read_text() == MINE


def test_fmt_leaves_a_broken_file_alone_and_formats_the_others(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("version: 1\n  version: 2\n")
    (tmp_path / "good.yaml").write_text("version:   1\n")
    told = gateway("fmt", "broken.yaml", "good.yaml", cwd=tmp_path)

    assert (told.returncode, told.stdout) == (1, "good.yaml\n")
    assert "error[GW004]" in told.stderr
    assert told.stderr.endswith("1 file formatted, 0 in order already, 1 left alone\n")
