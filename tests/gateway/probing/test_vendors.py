"""What a vendor does wrong is told step by step, over real sockets."""

import asyncio
import socket
import socketserver
import threading
import time
from pathlib import Path

import pytest

from gateway.probing import World
from gateway.probing.names import lookup
from tests.faults.certificates import Authority
from tests.faults.ports import refused, unanswered
from tests.faults.server import Exchange, Vendor
from tests.gateway.probing.asking import HOST, at_home, config, probed, serving, told


async def good(exchange: Exchange) -> None:
    await exchange.answer(b"[]")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_a_name_that_leads_nowhere_is_told_at_the_address(tmp_path: Path) -> None:
    assert told(probed(tmp_path, config("https://crm.invalid"))) == [
        ("GW401", "error", 4, "the name `crm.invalid` leads nowhere")
    ]


def test_a_name_server_that_never_answers_does_not_hold_the_check(tmp_path: Path) -> None:
    started = time.monotonic()
    (problem,) = probed(tmp_path, config("https://crm.silent"), World(lookup=at_home, seconds=0.4))

    assert problem.code == "GW401"
    assert time.monotonic() - started < 5


def test_a_port_on_which_nobody_listens_is_told(tmp_path: Path) -> None:
    port = refused()
    assert told(probed(tmp_path, config(f"http://{HOST}:{port}"))) == [
        ("GW402", "error", 4, f"nobody answers at `{HOST}:{port}`: the connection was refused")
    ]


def test_an_address_that_swallows_connections_is_told_in_time(tmp_path: Path) -> None:
    with unanswered() as port:
        (problem,) = probed(tmp_path, config(f"http://{HOST}:{port}"), World(lookup=at_home, seconds=0.6))

    assert (problem.code, problem.message) == (
        "GW402",
        f"nobody answers at `{HOST}:{port}`: nobody answered within 0.3 seconds",
    )


def test_a_private_address_is_not_asked_unless_it_is_allowed(tmp_path: Path) -> None:
    with serving(Vendor({"contacts": good})) as vendor:
        (problem,) = probed(tmp_path, config(f"https://{HOST}:{vendor.port}", private=False))

        assert (problem.code, problem.severity, problem.place.line) == ("GW406", "error", 4)
        assert "allow_private" in problem.hint
        assert vendor.connections == 0


def test_an_address_where_a_vendor_speaks_no_tls_is_told(tmp_path: Path) -> None:
    class Plain(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Plain) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        (problem,) = probed(tmp_path, config(f"https://{HOST}:{server.server_address[1]}"))
        thread.join(10)

    assert problem.code == "GW403"
    assert problem.message.endswith("what answers there does not speak TLS")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("expired", "it has expired"),
        ("own", "it is self-signed"),
        ("stranger", "the authority that signed it is not trusted here"),
        ("other", "it is for another name"),
    ],
)
def test_a_certificate_that_is_not_accepted_is_told_with_the_reason(
    tmp_path: Path, authority: Authority, fault: str, words: str
) -> None:
    context = {
        "expired": lambda: authority.server_context(HOST, expired=True),
        "own": lambda: Authority(tmp_path).own_context(),
        "stranger": lambda: authority.server_context(HOST, self_signed=True),
        "other": lambda: authority.server_context("other.example"),
    }[fault]()
    with serving(Vendor({"contacts": good}, tls=context)) as vendor:
        world = World(lookup=at_home, authority=authority.file)
        assert told(probed(tmp_path, config(vendor.url(host=HOST)), world)) == [
            ("GW403", "error", 4, f"the certificate of `{HOST}:{vendor.port}` is not accepted: {words}")
        ]
        assert vendor.seen == []


def test_a_vendor_that_proves_who_it_is_and_takes_the_credential_is_no_problem(
    tmp_path: Path, authority: Authority
) -> None:
    with serving(Vendor({"contacts": good}, tls=authority.server_context(HOST))) as vendor:
        world = World(lookup=at_home, authority=authority.file)
        assert probed(tmp_path, config(vendor.url(host=HOST)), world) == ()
        assert [exchange.line for exchange in vendor.seen] == [b"GET /contacts HTTP/1.1"]


def test_the_native_mounts_own_address_is_tried_too(tmp_path: Path) -> None:
    with serving(Vendor({"contacts": good})) as vendor:
        text = config(f"http://{HOST}:{vendor.port}") + (
            "    native: {mount: /native/crm, base_url: 'https://crm.invalid', allow: [GET /**]}\n"
        )
        assert [(code, line) for code, _, line, _ in told(probed(tmp_path, text))] == [("GW401", 8)]


def test_all_vendors_are_asked_at_once(tmp_path: Path) -> None:
    text = "version: 1\nintegrations:\n" + "".join(
        f"  crm{number}: {{base_url: 'https://crm{number}.silent', endpoints: {{list: {{route: GET /list}}}}}}\n"
        for number in range(20)
    )
    started = time.monotonic()
    problems = probed(tmp_path, text, World(lookup=at_home, seconds=0.6))

    assert [problem.place.line for problem in problems] == list(range(3, 23))
    assert time.monotonic() - started < 0.3 * 20


def test_a_stubbed_vendor_is_left_alone(tmp_path: Path) -> None:
    with serving(Vendor({"contacts": good})) as vendor:
        text = config(f"http://{HOST}:{vendor.port}") + "    stub: true\n"
        assert told(probed(tmp_path, text)) == [("GW405", "warning", 4, "`crm` is stubbed: no vendor was asked")]
        assert vendor.connections == 0


def test_an_address_that_is_not_complete_is_left_alone(tmp_path: Path) -> None:
    (problem,) = probed(tmp_path, config("https://${CRM_HOST}"))

    assert (problem.code, problem.place.line) == ("GW405", 4)
    assert "refers to what is not set" in problem.message


def test_names_are_looked_up_by_the_system_unless_something_else_is_said() -> None:
    assert "127.0.0.1" in asyncio.run(lookup("localhost"))
    with pytest.raises(socket.gaierror):
        asyncio.run(lookup("nobody.invalid"))
