"""No text that is secret is shown, wherever it turns up."""

from pathlib import Path

import msgspec
import pytest

from gateway.rendering import as_yaml
from tests.gateway.rendering.test_resolving import rendered

MARKS = {
    "TOKEN": "mark-of-the-token",
    "USER": "somebody",
    "PASSWORD": "mark-of-the-password",
    "DATABASE": "mark-of-the-database",
    "PIN": "7040",
}
CONFIG = """\
version: 1
server:
  storage: "postgresql://gateway:${DATABASE}@db/gateway"
integrations:
  a:
    base_url: https://a.example
    credential: {use: bearer, token: "${TOKEN}"}
    endpoints:
      again:
        route: GET /again
        summary: "sent with ${TOKEN} and ${DATABASE}"
        send: {headers: {X-Token: "Bearer ${TOKEN}"}, query: {pin: "${PIN}"}}
        response:
          $defs: {marked: {const: "${file:marked.txt}"}}
          properties: {marked: {$ref: "#/$defs/marked"}}
        examples: {reply: {marked: mark-of-the-file}}
  b:
    base_url: https://b.example
    credential: {use: basic, username: "${USER}", password: "${PASSWORD}"}
  c:
    base_url: https://c.example
    credential: {use: header, name: X-Key, value: mark-of-what-is-written-out}
  d:
    base_url: https://d.example
    credential: {use: bearer, token: "${PIN}"}
  e:
    base_url: https://e.example
    credential: {use: bearer, token: "${UNSET:-mark-of-a-default}"}
"""


@pytest.fixture
def shown(tmp_path: Path) -> str:
    (tmp_path / "marked.txt").write_text("mark-of-the-file\n")
    found = rendered(tmp_path, CONFIG, **MARKS)
    return as_yaml(found.config, found.origins) + msgspec.json.encode(found).decode()


def test_no_mark_is_shown(shown: str) -> None:
    assert "mark-of" not in shown
    assert MARKS["PIN"] not in shown


@pytest.mark.parametrize(
    "line",
    [
        "token: <secret env:TOKEN>",
        "summary: sent with <secret env:TOKEN> and ${DATABASE}",
        "X-Token: Bearer <secret env:TOKEN>",
        "pin: <secret env:PIN>",
        "storage: postgresql://gateway:<secret>@db/gateway",
        "password: <secret env:PASSWORD>",
        "username: <secret env:USER>",
        "value: <secret>",
        "token: <secret env:UNSET>",
        "const: <secret file:marked.txt>",
        "marked: <secret file:marked.txt>",
    ],
)
def test_a_mask_says_what_stands_there(shown: str, line: str) -> None:
    assert f" {line} " in shown, shown


def test_the_whole_address_of_a_database_may_come_from_outside(tmp_path: Path) -> None:
    config = 'version: 1\nserver: {storage: "${ALL}"}\n'
    found = rendered(tmp_path, config, ALL="postgresql://gateway:mark-of-all@db/gateway")

    assert found.config["server"]["storage"] == "postgresql://gateway:<secret>@db/gateway"
