"""Strangers are answered from their header fields alone: what they would send is neither waited for nor read."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.running import running
from tests.wire.sockets import Reading, connected, conversation, get, post, read_answer

CONFIG = """\
version: 1
server:
  storage: sqlite:///{folder}/gateway.db
  callers: {{api_keys: required}}
  body_limit: 20MiB
integrations:
  crm:
    base_url: https://crm.example
    stub: true
    native: {{mount: /native/crm, allow: ["POST /**"]}}
    endpoints:
      make_thing: {{route: POST /things, body: {{type: object}}}}
      list_things: {{route: GET /things}}
"""
PATH = "/api/v1/crm/things"
JSON = "Content-Type: application/json"
LARGE = 16 * 1024**2
WRONG = "X-API-Key: gwk_live_" + "0" * 36


class World(msgspec.Struct, frozen=True):
    port: int
    config: Path

    def key(self, scope: str) -> str:
        made = CliRunner().invoke(main, ["keys", "create", "app", "--scope", scope, "-c", str(self.config)])
        return "X-API-Key: " + made.stdout.strip()


@pytest.fixture(scope="module", name="world")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("strangers")
    config = folder / "integrations.yaml"
    config.write_text(CONFIG.format(folder=folder))
    with running(config, cwd=folder) as gateway:
        yield World(int(gateway.url.rpartition(":")[2]), config)


@pytest.mark.parametrize("length", ["Content-Length: 2", f"Content-Length: {LARGE}", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("key", [(), (WRONG,)])
@pytest.mark.parametrize("path", [PATH, "/native/crm/things"])
def test_a_stranger_is_answered_before_he_has_sent_any_of_his_body(
    world: World, path: str, key: tuple[str, ...], length: str
) -> None:
    with connected(world.port) as client:
        client.sendall(get(path, JSON, length, *key, method="POST"))
        answer = read_answer(Reading(client))

    assert (answer.status, answer.slug()) == (401, "unauthenticated")
    assert answer.field("www-authenticate") == 'Bearer realm="gateway"'
    told = msgspec.json.decode(answer.body)
    assert told["integration"] == "crm"
    assert told["correlation_id"] == answer.field("x-correlation-id")


def test_nor_is_one_who_lacks_the_scope(world: World) -> None:
    with connected(world.port) as client:
        client.sendall(get(PATH, JSON, "Content-Length: 2", world.key("crm.list_things"), method="POST"))
        answer = read_answer(Reading(client))

    assert (answer.status, answer.slug()) == (403, "scope-missing")


def test_a_stranger_who_asks_beforehand_is_not_told_to_go_on(world: World) -> None:
    with connected(world.port) as client:
        client.sendall(get(PATH, JSON, "Content-Length: 2", "Expect: 100-continue", method="POST"))
        assert client.recv(65536).startswith(b"HTTP/1.1 401 ")


def test_what_a_stranger_sends_all_the_same_is_not_taken(world: World) -> None:
    with connected(world.port) as client:
        client.sendall(get(PATH, JSON, f"Content-Length: {LARGE}", method="POST"))
        assert read_answer(Reading(client)).status == 401
        with pytest.raises(OSError):  # noqa: PT011 - reset, broken pipe, or nobody there who takes it
            client.sendall(bytes(LARGE))


def test_a_body_that_came_along_does_not_cost_the_stranger_his_answer(world: World) -> None:
    for size in (2, 1000, 30_000, 1_000_000, LARGE):
        answers, _ = conversation(world.port, post(PATH, b'{"a":"' + b"x" * size + b'"}'))
        assert [answer.status for answer in answers] == [401]


def test_what_comes_behind_an_unread_body_is_no_request(world: World) -> None:
    """The body of the first might look like a second one."""
    hidden = get(PATH, world.key("*"))
    head = get(PATH, JSON, f"Content-Length: {len(hidden)}", method="POST")

    answers, _ = conversation(world.port, head + hidden)

    assert [answer.status for answer in answers] == [401]


def test_who_has_a_key_is_served_as_ever_and_recognised_once(world: World) -> None:
    key = world.key("*")
    whole = post(PATH, b'{"a":"' + b"x" * 1_000_000 + b'"}', key)

    answers, closed = conversation(world.port, whole + post(PATH, b"{}", key) + get(PATH, key))

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert not closed
