"""Every answer has one correlation id: the caller's own where it is fit for a log line, else one of ours."""

import asyncio
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gateway import Call, Handler, Kit, Policy, Reply, Site, Stage
from gateway.app import Application
from gateway.launch import Launch
from gateway.registry import Registry, discover
from tests.wire.sockets import Reading, ask, connected, conversation, get, post, read_answer
from tests.wire.vendors import Wire

GOOD = re.compile(r"[A-Za-z0-9._-]{1,128}")
PATH = "/api/v1/crm/contacts"

KINDS = {
    "an answer": (get, PATH, 200),
    "an unknown address": (get, "/nothing/here", 404),
    "a refused parameter": (get, f"{PATH}?nope=1", 400),
    "a vendor that is not there": (get, "/api/v1/gone/away", 502),
    "liveness": (get, "/livez", 200),
    "readiness": (get, "/readyz", 200),
    "health": (get, "/health", 200),
    "the document": (get, "/openapi.json", 200),
    "the pages": (get, "/docs", 200),
    "a file of the pages": (get, "/docs/docs.js", 200),
    "a problem's page": (get, "/problems/invalid-request", 200),
    "the catalog": (get, "/.well-known/api-catalog", 200),
}
LETTERS = "".join(map(chr, range(32, 256))).replace("\x7f", "") + "\t"


def naughty() -> list[str]:
    """500 ids that somebody may try, good ones among them; the same every time."""
    chance = random.Random(7)
    fixed = [
        "", " ", "a b", "a,b", "a;b", 'a"b', "a\\b", "a/b", "../../etc/passwd", "a%0d%0aX-Evil: 1", "%0a", "\\r\\n",
        "é", "\xff", "{}", '{"a":1}', "${jndi:ldap://x}", "{{7*7}}", "<script>alert(1)</script>", "' OR 1=1 --",
        "a" * 129, "a" * 128, "a" * 5000, "\x85", "\xa0", "a\tb", "-", ".", "_", "null", "0", "a:b", "a=b", "$(id)",
    ]  # fmt: skip
    tail = ["".join(chance.choices(LETTERS, k=chance.randrange(1, 160))) for _ in range(500 - len(fixed))]
    return fixed + tail


def test_an_id_is_kept_where_it_is_sound_and_replaced_where_it_is_not(wire: Wire) -> None:
    seen = set()
    with connected(wire.port) as client:
        reading = Reading(client)
        for given in naughty():
            client.sendall(get(PATH, f"X-Correlation-ID: {given}"))
            answer = read_answer(reading)
            (chosen,) = answer.all("x-correlation-id")
            assert GOOD.fullmatch(chosen)
            assert (chosen == given.strip(" \t")) == bool(GOOD.fullmatch(given.strip(" \t"))), given
            assert answer.field("x-evil") is None
            seen.add(chosen)
    assert len(seen) == 500


def test_an_id_cannot_end_its_line(wire: Wire) -> None:
    for line_end in ("\r\n", "\n", "\r", "\r\n ", "\x00"):
        answers, _ = conversation(wire.port, get(PATH, f"X-Correlation-ID: a{line_end}Set-Cookie: b=c"))
        for answer in answers:
            assert answer.field("set-cookie") is None
            assert len(answer.all("x-correlation-id")) == (answer.field("content-type") is not None)


def test_two_ids_are_none(wire: Wire) -> None:
    (chosen,) = ask(wire.port, get(PATH, "X-Correlation-ID: a", "X-Correlation-ID: b")).all("x-correlation-id")

    assert chosen not in {"a", "b"}


def test_every_kind_of_answer_carries_the_callers_id(wire: Wire) -> None:
    for kind, (write, path, status) in KINDS.items():
        answer = ask(wire.port, write(path, "X-Correlation-ID: mine-7"))
        assert (answer.status, answer.all("x-correlation-id")) == (status, ["mine-7"]), kind


def test_every_refusal_carries_the_callers_id(wire: Wire) -> None:
    line = "X-Correlation-ID: mine-7"
    refusals = {
        403: post(PATH, b"{}", line, "Origin: https://evil.example"),
        405: get(PATH, line, method="PUT"),
        413: get(PATH, line, "Content-Length: 99999999", method="POST"),
        414: get(f"{PATH}?q={'a' * 40_000}", line),
        415: get(PATH, line, "Content-Type: text/plain", "Content-Length: 1", method="POST") + b"x",
        421: get(PATH, line, host="evil.example"),
        431: get(PATH, line, *[f"X-{number}: {'v' * 3000}" for number in range(24)]),
        400: get(PATH, line, "Host: other"),
    }
    for status, written in refusals.items():
        answer = ask(wire.port, written)
        assert (answer.status, answer.all("x-correlation-id")) == (status, ["mine-7"])
        assert msgspec.json.decode(answer.body)["correlation_id"] == "mine-7"
        assert answer.field("cache-control") == "no-store"
    for head in (get(PATH, line, method="OPTIONS"), get("*", line, method="OPTIONS")):
        assert ask(wire.port, head).all("x-correlation-id") == ["mine-7"]


def test_what_nobody_foresaw_carries_it_too_and_tells_nothing(tmp_path: Path) -> None:
    config = tmp_path / "integrations.yaml"
    config.write_text(
        "version: 1\nintegrations: {crm: {base_url: https://x.example, endpoints: {a: {route: GET /a}}}}\n"
    )
    installed = discover()
    bomb = Policy(name="bomb", settings=None, build=explosive, always=True)
    registry = Registry((*installed.policies, bomb), installed.credentials)
    application = Application(Launch(config=config, environ={}), registry)

    status, headers, body = asyncio.run(asked(application, b"/api/v1/crm/a", (b"x-correlation-id", b"mine-7")))

    assert status == 500
    assert headers.count((b"x-correlation-id", b"mine-7")) == 1
    assert msgspec.json.decode(body)["correlation_id"] == "mine-7"
    assert b"secret" not in body


def explosive(settings: None, site: Site, kit: Kit) -> Mapping[str, Stage]:
    async def bomb(call: Call, forward: Handler) -> Reply:
        raise RuntimeError("the secret of the house")

    return {"send": bomb}


async def asked(
    application: Application, path: bytes, *headers: tuple[bytes, bytes]
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """What the application answers to a GET, in process."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "raw_path": path, "path": path.decode(), "query_string": b"",
        "headers": [(b"host", b"localhost"), *headers], "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await application(scope, receive, send)
    await application.close()
    return sent[0]["status"], sent[0]["headers"], b"".join(message.get("body", b"") for message in sent[1:])
