"""A vendor goes into a file of somebody else's, and not one other character changes."""

import difflib
from pathlib import Path

import pytest

from gateway.diagnostics import InvalidConfig
from gateway.editing import Refused, Shipped, add_vendor, write
from gateway.loading.reading import Text, compose
from gateway.loading.tree import Tree

MINE = """\
version: 1   # the only one

x-notes: [keep,   "me"]
integrations:
    crm:   # ours
        base_url:   'https://crm.example'
        endpoints: { }

    # crm2: soon
# after all integrations
defaults: {retry: {attempts: 2}}
"""

EMPTY = {
    "nothing behind the key": "version: 1\nintegrations:\ndefaults: {}\n",
    "a comment behind the key": "version: 1\nintegrations:   # none yet\n  # soon: more\ndefaults: {}\n",
    "braces": "version: 1\nintegrations: {}\ndefaults: {}\n",
    "braces and a comment": "version: 1\nintegrations: {}   # none yet\ndefaults: {}\n",
    "null": "version: 1\nintegrations: null\n",
    "no key": "version: 1\n",
    "no last line end": "version: 1",
    "a key and no last line end": "version: 1\nintegrations:",
    "a part of a file": "integrations: {}\n",
}


def data_of(text: str) -> object:
    source = Text("integrations.yaml", text)
    return Tree(compose(source), source).data


def after(folder: Path, text: str, vendor: str = "twilio", name: str = "twilio") -> str:
    """The text with the vendor, as it lies in the folder afterwards."""
    config = folder / "integrations.yaml"
    config.write_bytes(text.encode())
    for change in add_vendor(config, Shipped(), vendor, name).changes:
        write(change)
    return config.read_bytes().decode()


def untouched(before: str, now: str) -> bool:
    """Whether lines were only put in, in one place, and the provider of the credential at the end."""
    now = now.partition("\nproviders:\n")[0]
    steps = difflib.SequenceMatcher(None, before.splitlines(True), now.splitlines(True), autojunk=False).get_opcodes()
    return [kind for kind, *_ in steps if kind != "equal"] == ["insert"]


@pytest.mark.parametrize("vendor", Shipped().titles)
def test_every_vendor_goes_in_with_its_comments_and_all_else_stays(vendor: str, tmp_path: Path) -> None:
    now = after(tmp_path, MINE, vendor, vendor)

    assert untouched(MINE, now)
    assert "    # Needs " in now or "    # Each user connects his own account" in now
    assert now.index("# crm2: soon") < now.index(f"    {vendor}:") < now.index("# after all integrations")


def test_what_goes_in_is_indented_as_the_file_is(tmp_path: Path) -> None:
    now = after(tmp_path, MINE, "gmail", "gmail")

    assert "\n    gmail:\n      title: Gmail\n" in now


def test_line_ends_and_the_byte_order_mark_stay(tmp_path: Path) -> None:
    before = "\ufeff" + MINE.replace("\n", "\r\n")
    now = after(tmp_path, before)

    assert untouched(before, now)
    assert now.count("\n") == now.count("\r\n")


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY.keys())
def test_an_empty_file_of_any_kind_takes_the_first_vendor(text: str, tmp_path: Path) -> None:
    now = after(tmp_path, text)

    before = data_of(text)
    assert isinstance(before, dict)
    assert data_of(now) == before | {"integrations": {"twilio": Shipped().data["integrations"]["twilio"]}}
    assert "# none yet" in now or "# none yet" not in text
    assert "# soon: more\n\n" in now or "# soon: more" not in text


def test_a_second_account_has_a_mount_of_its_own(tmp_path: Path) -> None:
    now = after(tmp_path, after(tmp_path, MINE), "twilio", "twilio-sms")

    assert now.count("mount: /native/twilio\n") == now.count("mount: /native/twilio-sms\n") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MINE.replace("crm:", "twilio:"), "has an integration `twilio` already"),
        ("{version: 1, integrations: {}}", "the file is written in braces"),
        ("version: 1\nintegrations: {crm: {base_url: a}}\n", "`integrations` is written in braces"),
        ("version: 1\nintegrations: [a]\n", "has to be a map"),
        ("version: 1\nintegrations: 5\n", "has to be a map"),
        ("- a\n", "has to be a map of keys"),
    ],
)
def test_a_file_that_cannot_take_it_stays_as_it_is(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=said):
        after(tmp_path, text)
    assert (tmp_path / "integrations.yaml").read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["integrations.yaml"]


def test_a_file_that_is_not_there_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="`gateway init` starts a project"):
        add_vendor(tmp_path / "integrations.yaml", Shipped(), "twilio", "twilio")


def test_a_file_that_is_wrong_elsewhere_takes_it_all_the_same(tmp_path: Path) -> None:
    before = "version: one\ndefaults: [5]\nprofiles: none\nintegrations:\n"

    assert untouched(before, after(tmp_path, before))


def test_a_name_that_an_included_file_has_is_refused(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("integrations: {twilio: {base_url: a}}")

    with pytest.raises(Refused, match="includes an integration `twilio` already"):
        after(tmp_path, "version: 1\ninclude: [more.yaml]\n")


def test_a_file_that_is_not_yaml_is_told_where(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig):
        after(tmp_path, "version: 1\nversion: 1\n")


def test_an_unknown_vendor_gets_the_nearest_offered(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="did you mean `twilio`"):
        after(tmp_path, MINE, "twillio")


def test_schemas_come_along_with_those_that_they_refer_to(tmp_path: Path) -> None:
    after(tmp_path, MINE, "vapi", "vapi")

    shipped = Shipped().path.parent / "schemas" / "vapi"
    assert {path.name: path.read_text() for path in (tmp_path / "schemas" / "vapi").iterdir()} == {
        path.name: path.read_text() for path in shipped.iterdir()
    }


def test_another_schema_of_the_same_name_is_replaced_only_by_force(tmp_path: Path) -> None:
    own = tmp_path / "schemas" / "twilio" / "message.json"
    own.parent.mkdir(parents=True)
    own.write_text("{}")

    with pytest.raises(Refused, match=r"schemas/twilio/message\.json: there already, and different"):
        after(tmp_path, MINE)
    config = tmp_path / "integrations.yaml"
    forced = add_vendor(config, Shipped(), "twilio", "twilio", force=True)
    assert own in {change.path for change in forced.changes}


def test_variables_that_the_list_lacks_are_put_at_its_end(tmp_path: Path) -> None:
    listed = tmp_path / ".env.example"
    listed.write_text("export TWILIO_API_KEY=SK\n")
    after(tmp_path, MINE)

    assert listed.read_text() == (
        "export TWILIO_API_KEY=SK\n\n# twilio\n# TWILIO_BASE_URL=https://api.twilio.com\n"
        "TWILIO_ACCOUNT_SID=\nTWILIO_API_SECRET=\n"
    )


def test_what_the_shipped_defaults_would_have_set_is_told(tmp_path: Path) -> None:
    config = tmp_path / "integrations.yaml"
    config.write_text(MINE)

    assert add_vendor(config, Shipped(), "gmail", "gmail").notes == (
        "the shipped file sets `breaker`, `quota`, `timeout` under `defaults`, this one does not: "
        "`gateway explain` shows what holds",
    )


def test_the_provider_of_an_oauth_credential_comes_with_it_once(tmp_path: Path) -> None:
    one = after(tmp_path, MINE, "gmail", "mail")
    both = after(tmp_path, one, "google-calendar", "calendar")
    before, now = data_of(MINE), data_of(both)

    assert isinstance(before, dict)
    assert isinstance(now, dict)
    assert now["providers"] == {"google": Shipped().data["providers"]["google"]}
    assert list(now["integrations"]) == [*before["integrations"], "mail", "calendar"]
    assert both.count("accounts.google.com") == 1


def test_a_part_of_a_file_is_told_where_the_provider_has_to_stand(tmp_path: Path) -> None:
    config = tmp_path / "mail.yaml"
    config.write_text("integrations: {}\n")
    addition = add_vendor(config, Shipped(), "gmail", "gmail")

    assert not addition.whole
    assert any("names the provider `google`" in note for note in addition.notes)
    assert "providers" not in addition.changes[0].text
