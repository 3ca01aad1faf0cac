"""What an editor marks as wrong: the mistake where it is, and nothing else."""

import socket
from pathlib import Path

import pytest

from tests.editor.language_server import LanguageServer
from tests.running import SHIPPED

MODELINE = "# yaml-language-server: $schema=schema.json\n"
HEAD = f"{MODELINE}version: 1\nintegrations:\n  crm:\n    base_url: https://crm.example\n"


def marked(server: LanguageServer, folder: Path, text: str) -> list[str]:
    """What is said, and of which words."""
    lines = text.splitlines()
    found = []
    for one in server.diagnostics(folder, text):
        start, end = one["range"]["start"], one["range"]["end"]
        found.append(f"{lines[start['line']][start['character'] : end['character']]}: {one['message']}")
    return found


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("credential: {use: basic, username: a, token: b}", "token: Property token is not allowed."),
        ("credential: {use: basic}", 'credential: Missing property "username".'),
        (
            "credential: {use: beare}",
            'beare: Value is not accepted. Valid values: "bearer", "basic", "header", "query", "none", "oauth", '
            '"stored", "client-credentials", "service-account", "token-exchange".',
        ),
        ("breaker: {failurs: 3}", "failurs: Property failurs is not allowed."),
        ("retry: {attempts: many}", 'many: Incorrect type. Expected "integer".'),
        ("retry: {attempts: 11}", "11: Value is above the maximum of 10."),
        ("timeout: {total: '10'}", "'10': expected a duration with a unit, such as `10s`"),
        (
            "rate_limit: {requests: 5, per: 1m, by: me}",
            'me: Value is not accepted. Valid values: "connection", "integration".',
        ),
        ("endpoints: {a: {route: FETCH /a}}", "FETCH /a: expected a method and a path, such as `GET /items/{id}`"),
        ("endpoints: {a: {summary: A}}", 'a: Missing property "route".'),
        (
            "endpoints: {a: {route: GET /a, query: {b: {type: text}}}}",
            "text: Value is not accepted. Valid values: "
            '"string", "integer", "number", "boolean", "array", "object", "null".',
        ),
        ("errors: [{when: {status: 6xx}, as: rejected}]", '6xx: Value is not accepted. Valid values: "4xx", "5xx".'),
        (
            "endpoints: {a: {route: GET /a, paging: {style: link, nxt: b}}}",
            "nxt: Property nxt is not allowed.",
        ),
        ("x-note: ours\n    endpoint: {}", "endpoint: Property endpoint is not allowed."),
    ],
)
def test_a_mistake_is_marked_once_at_its_word(server: LanguageServer, folder: Path, line: str, said: str) -> None:
    assert marked(server, folder, f"{HEAD}    {line}\n") == [said]


@pytest.mark.parametrize(
    "line",
    [
        "breaker: null",
        "stub: true",
        "stub: slow",
        'stub: "${STUB:-false}"',
        'retry: {attempts: "${ATTEMPTS}", budget: "${BUDGET:-10%}", when: ["${WHEN}", 5xx, 429]}',
        'credential: {use: bearer, token: "${TOKEN}"}',
        'timeout: {total: "${TOTAL:-5s}"}',
        "x-note: ours",
        "openapi: {document: crm.json, operations: [list]}\n    endpoints: {list: {summary: List}}",
    ],
)
def test_what_the_gateway_takes_is_not_marked(server: LanguageServer, folder: Path, line: str) -> None:
    assert marked(server, folder, f"{HEAD}    {line}\n") == []


def test_the_shipped_config_names_its_schema_and_has_no_marks(server: LanguageServer) -> None:
    text = SHIPPED.read_text()

    assert marked(server, SHIPPED.parent, text) == []
    assert marked(server, SHIPPED.parent, text.replace("    credential:", "    credentials:", 1)) != []


def test_nobody_asks_the_network(server: LanguageServer, folder: Path, network: socket.socket) -> None:
    marked(server, folder, HEAD)
    marked(server, folder, "a: 1\n")

    with pytest.raises(BlockingIOError):
        network.accept()
