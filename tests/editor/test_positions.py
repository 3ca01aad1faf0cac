"""What an editor offers and explains, at positions where somebody who writes a config stands; `|` is the cursor."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.editor.language_server import LanguageServer

CRM = """\
integrations:
  crm:
    base_url: https://crm.example
"""
LIST = f"""{CRM}\
    endpoints:
      list_contacts:
        route: GET /contacts
"""


class Position(NamedTuple):
    """A text, what has to be among the labels, and what the hover has to say (nothing, where nothing stands there)."""

    text: str
    offered: tuple[str, ...]
    explained: str = ""


POSITIONS = {
    "the top": Position("|", ("server", "defaults", "profiles", "include", "integrations")),
    "a top key": Position("def|aults: {}\n", ("defaults",), "every integration takes over"),
    "the server": Position("server:\n  |", ("base_path", "body_limit", "callers", "tls")),
    "a size": Position("server:\n  body_limit: |", ("10MiB",), "Default: `10MiB`"),
    "a key of the server": Position("server:\n  public|_url: https://a.example\n", ("public_url",), "never taken from"),
    "a choice": Position("server:\n  callers:\n    api_keys: |", ("off", "required"), "needs a key of the gateway"),
    "the defaults": Position("defaults:\n  |", ("timeout", "breaker", "breaker: failures, recovery", "stub: true")),
    "a policy": Position("defaults:\n  re|try: {attempts: 3}\n", ("retry", "cache"), "never when that could act twice"),
    "in a policy": Position("defaults:\n  breaker:\n    |", ("failures", "recovery", "failure_rate", "slow_call")),
    "a duration": Position("defaults:\n  timeout:\n    total: |", ("20s",), "Default: `20s`"),
    "a word": Position(
        "defaults:\n  retry:\n    unsafe: |",
        ("never", "known_unprocessed", "with_idempotency_key"),
        "Allowed Values",
    ),
    "a word of a list": Position(
        "defaults:\n  retry:\n    when: [|]", ("connect", "reset", "timeout", "5xx"), "outcome"
    ),
    "integrations": Position(
        "integrations:\n  |",
        (
            "integration: JSON with a bearer token",
            "integration: forms with name and password",
            "integration: from an OpenAPI document",
        ),
    ),
    "an integration": Position(f"{CRM}    |", ("credential", "endpoints", "native", "openapi", "quota")),
    "the name of an integration": Position("integrations:\n  c|rm: {}\n", (), "how it is told who calls"),
    "a credential": Position(f"{CRM}    credential:\n      |", ("use", "use: bearer", "use: basic", "use: header")),
    "the way of a credential": Position(
        f"{CRM}    credential:\n      use: |", ("bearer", "basic", "header", "query", "none"), "RFC 7617"
    ),
    "in a credential": Position(f"{CRM}    credential:\n      use: basic\n      |", ("username", "password")),
    "a secret": Position(
        f"{CRM}    credential: {{use: bearer, to|ken: a}}\n", ("token",), "`Bearer` is put before it for you"
    ),
    "error rules": Position(f"{CRM}    errors:\n      - |", ("when", "as", "slug", "when, as"), "One kind of refusal"),
    "endpoints": Position(f"{CRM}    endpoints:\n      |", ("endpoint: read", "endpoint: write")),
    "an endpoint": Position(f"{LIST}        |", ("upstream", "query", "body", "response", "paging", "cache")),
    "a route": Position(LIST.replace("route", "ro|ute"), ("route", "upstream"), "a method, and a path below"),
    "a parameter": Position(
        f"{LIST}        query:\n          limit:\n            |",
        ("type", "format", "minimum", "maximum", "enum", "required", "as", "style"),
    ),
    "the type of a parameter": Position(
        f"{LIST}        query:\n          limit:\n            type: |", ("integer", "string", "array"), "kind of value"
    ),
    "a body": Position(f"{LIST}        body:\n          |", ("$ref", "type", "properties", "required", "allOf")),
    "paging": Position(f"{LIST}        paging:\n          |", ("style: cursor", "style: link", "style: page", "style")),
    "in paging": Position(
        f"{LIST}        paging:\n          style: cursor\n          |", ("next", "parameter", "items")
    ),
    "what is sent": Position(
        f"{LIST}        send:\n          enc|ode: form\n", ("encode", "rename"), "Callers send JSON"
    ),
    "a key of one's own": Position("version: 1\nx-no|te: ours\n", (), "the gateway ignores it"),
}


@pytest.mark.parametrize("name", POSITIONS)
def test_an_editor_offers_and_explains(server: LanguageServer, folder: Path, name: str) -> None:
    text, offered, explained = POSITIONS[name]
    text = f"# yaml-language-server: $schema=schema.json\nversion: 1\n{text.removeprefix('version: 1' + chr(10))}"
    labels = {item["label"] for item in server.completion(folder, text)}

    assert set(offered) - labels == set()
    assert explained in server.hover(folder, text)
    if explained:
        assert "A value from outside" not in server.hover(folder, text)


def test_a_key_comes_with_its_description_and_default(server: LanguageServer, folder: Path) -> None:
    text = "# yaml-language-server: $schema=schema.json\ndefaults:\n  timeout:\n    |"
    said = {item["label"]: item["documentation"]["value"] for item in server.completion(folder, text)}

    assert said["attempt"].startswith("How long one attempt may take")
    assert said["attempt"].endswith("Default: `10s`")


def test_each_way_to_authenticate_is_offered_whole(server: LanguageServer, folder: Path) -> None:
    text = f"# yaml-language-server: $schema=schema.json\n{CRM}    credential:\n      |"
    labels = [item["label"] for item in server.completion(folder, text)]

    assert {"use: bearer", "use: oauth"} <= {*labels}
