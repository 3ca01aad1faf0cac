"""Whatever an editor fills in as a whole, the gateway takes as it is."""

import re
from pathlib import Path

import pytest

from gateway.loading import load
from gateway.registry import discover
from tests.editor.language_server import LanguageServer

MODELINE = "# yaml-language-server: $schema=schema.json\n"
PROVIDER = '{authorize: "https://id.example/a", token: "https://id.example/t", client: {id: us}}'
PROVIDERS = "providers:\n" + "".join(f"  {name}: {PROVIDER}\n" for name in ("crm", "google", "okta"))
CRM = f"version: 1\n{PROVIDERS}integrations:\n  crm:\n    base_url: https://crm.example\n"
LIST = f"{CRM}    endpoints:\n      list_contacts:\n        route: GET /contacts\n"
DOCUMENT = """\
{"openapi": "3.1.0", "info": {"title": "CRM", "version": "1"}, "paths": {"/contacts": {"get": {
  "operationId": "listContacts", "responses": {"200": {"description": "The contacts"}}}}}}
"""
PLACES = {
    "integrations": ("version: 1\nintegrations:\n  |", "integration: "),
    "endpoints": (f"{CRM}    endpoints:\n      |", "endpoint: "),
    "defaults": ("version: 1\ndefaults:\n  |\nintegrations: {}\n", ": "),
    "an integration": (f"{CRM}    |", ": "),
    "an endpoint": (f"{LIST}        |", ": "),
    "a credential": (f"{CRM}    credential:\n      |", "use: "),
    "error rules": (f"{CRM}    errors:\n      - |", "when, "),
    "paging": (f"{LIST}        paging:\n          |", "style: "),
}
_STOP = re.compile(r"\$\{\d+:((?:[^}\\]|\\.)*)\}")


def filled_in(snippet: str) -> str:
    """As it stands after Tab was pressed to the end."""
    return re.sub(r"\\([$}\\])", r"\1", _STOP.sub(r"\1", snippet))


@pytest.mark.parametrize("place", PLACES)
def test_every_snippet_is_accepted(server: LanguageServer, folder: Path, tmp_path: Path, place: str) -> None:
    text, kind = PLACES[place]
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "crm.json").write_text(DOCUMENT)
    offered = {item["label"]: item for item in server.completion(folder, MODELINE + text) if kind in item["label"]}
    line = text[: text.index("|")].rpartition("\n")[2]
    indent = "\n" + line[: len(line) - len(line.lstrip())]  # which editors put before each further line

    assert len(offered) >= 2
    for label, item in offered.items():
        path = tmp_path / "integrations.yaml"
        path.write_text(text.replace("|", filled_in(item["insertText"]).replace("\n", indent)))
        assert load(path, discover(), {}, lenient_secrets=True).config, label
