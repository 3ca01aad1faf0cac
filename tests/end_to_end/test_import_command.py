"""From a vendor's own document to endpoints that answer, with one command."""

from pathlib import Path

from tests.end_to_end.test_commands import gateway
from tests.end_to_end.world import AMPLE, gateway_for, vendors
from tests.simulators.twilio_seed import NUMBER

TEXTS = Path(__file__).parent / "documents" / "texts.yaml"
SECRETS = {"TEXTS_ACCOUNT_SID": "TWILIO_ACCOUNT_SID", "TEXTS_USERNAME": "TWILIO_API_KEY",
           "TEXTS_PASSWORD": "TWILIO_API_SECRET", "TEXTS_BASE_URL": "TWILIO_BASE_URL"}  # fmt: skip


def test_operations_are_written_checked_and_served(tmp_path: Path) -> None:
    written = gateway("import", "openapi", str(TEXTS), "-o", "CreateMessage", "-o", "/**/Messages/*", cwd=tmp_path)

    assert written.returncode == 0, written.stderr
    assert written.stdout.split() == ["integrations.yaml", "schemas/texts/create_message_body.json",
                                      "schemas/texts/message.json"]  # fmt: skip
    assert "to set before it serves: TEXTS_ACCOUNT_SID, TEXTS_USERNAME, TEXTS_PASSWORD" in written.stderr
    known = {name: "https://x.example" if "URL" in name else "x" for name in SECRETS}
    assert gateway("check", "--strict", cwd=tmp_path, environ=known).stdout == ""
    with vendors() as simulated:
        environ = {**AMPLE, **{ours: simulated.environ[theirs] for ours, theirs in SECRETS.items()}}
        with gateway_for(simulated, environ, config=tmp_path / "integrations.yaml") as world:
            sent = world.ask("POST /texts/messages", json={"To": "+15005550006", "From": NUMBER, "Body": "hi"})
            found = world.ask(f"GET /texts/messages/{sent.json()['sid']}")
    assert (sent.status_code, found.status_code) == (201, 200)
    assert found.json()["body"] == "hi"


def test_a_config_that_is_there_keeps_every_word(tmp_path: Path) -> None:
    config = tmp_path / "integrations.yaml"
    before = "version: 1 # mine\nintegrations:\n  crm: {base_url: 'https://crm.example'}   # old\n"
    config.write_text(before)
    written = gateway("import", "openapi", str(TEXTS), "--as", "sms", "-o", "FetchMessage", cwd=tmp_path)

    assert written.returncode == 0, written.stderr
    assert config.read_text().startswith(before)
    assert "  sms:\n    title: Texts\n" in config.read_text()


def test_a_dry_run_shows_and_writes_nothing(tmp_path: Path) -> None:
    shown = gateway("import", "openapi", str(TEXTS), "-o", "FetchMessage", "--dry-run", cwd=tmp_path)

    assert shown.returncode == 0, shown.stderr
    assert "+        route: GET /messages/{sid}" in shown.stdout.splitlines()
    assert list(tmp_path.iterdir()) == []


def test_operations_can_be_listed_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    listed = gateway("import", "openapi", str(TEXTS), "--list", cwd=tmp_path)
    wrong = gateway("import", "openapi", str(TEXTS), "-o", "CreateMesage", cwd=tmp_path)

    assert "CreateMessage  POST /2010-04-01/Accounts/{AccountSid}/Messages.json" in listed.stdout.splitlines()
    assert wrong.returncode == 2
    assert wrong.stderr == "error: the document has no operation `CreateMesage`; did you mean `CreateMessage`?\n"


def test_what_is_no_document_is_told(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text('{"swagger": "2.0"}')
    told = gateway("import", "openapi", "old.json", cwd=tmp_path)

    assert told.returncode == 1
    assert told.stderr.startswith("error: old.json: it is Swagger 2.0, which is not read; convert it")


def test_what_the_vendor_changed_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    gateway("import", "openapi", str(TEXTS), "-o", "CreateMessage", "-o", "ListMessage", cwd=tmp_path)
    newer = TEXTS.read_text().replace("required: [To]", "required: [To, From]").replace("num_media:", "media_count:")
    (tmp_path / "newer.yaml").write_text(newer)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    same = gateway("import", "openapi", str(TEXTS), "--update", cwd=tmp_path)
    other = gateway("import", "openapi", "newer.yaml", "--update", "--as", "texts", cwd=tmp_path)

    assert (same.returncode, same.stdout) == (0, "")
    assert "nothing changed; 2 operations are not in use" in same.stderr
    assert other.returncode == 1
    assert other.stdout.splitlines()[:2] == [
        "texts.create_message  body From  is required now  (breaks callers)",
        "texts.create_message  answer 201 num_media  is gone  (breaks callers)",
    ]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == files


def test_an_unfinished_config_is_told_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "integrations.yaml").write_text("version: 1\nintegrations:\n  texts:\n")
    told = gateway("import", "openapi", str(TEXTS), "--update", "--as", "texts", cwd=tmp_path)

    assert (told.returncode, told.stdout) == (1, "")
    assert "error[GW106]: expected a map, got nothing" in told.stderr
