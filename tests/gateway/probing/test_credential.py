"""Whether a vendor accepts the credential is found out with one harmless request, or said not to be known."""

import asyncio
from pathlib import Path

import pytest

from gateway.probing import World
from tests.faults.server import Case, Exchange, Vendor
from tests.gateway.probing.asking import HOST, MARK, at_home, config, probed, serving, told


def answering(status: bytes, body: bytes = b"{}") -> Case:
    async def case(exchange: Exchange) -> None:
        await exchange.answer(body, status)

    return case


async def silent(exchange: Exchange) -> None:
    await exchange.gone()


def asked(folder: Path, case: Case, text: str = "", world: World | None = None) -> tuple[list[tuple[str, str]], Vendor]:
    """Codes and messages, and the vendor that was asked; `text` is the config but for the address."""
    with serving(Vendor({"contacts": case, "v1": case})) as vendor:
        url = f"http://{HOST}:{vendor.port}"
        problems = probed(folder, text.replace("URL", url) if text else config(url), world)
        return [(code, message) for code, _, _, message in told(problems)], vendor


@pytest.mark.parametrize("status", [b"401 Unauthorized", b"403 Forbidden"])
def test_a_refusal_is_told_at_the_credential(tmp_path: Path, status: bytes) -> None:
    with serving(Vendor({"contacts": answering(status, MARK.encode())})) as vendor:
        problems = probed(tmp_path, config(f"http://{HOST}:{vendor.port}"))

    number = status[:3].decode()
    message = f"`crm` refuses the credential: `crm.list_contacts` was answered with {number}"
    assert told(problems) == [("GW404", "error", 5, message)]


def test_what_the_vendor_and_the_credential_hold_is_in_no_message(tmp_path: Path) -> None:
    problems, vendor = asked(tmp_path, answering(b"401 Unauthorized", MARK.encode()))

    assert vendor.seen[0].field(b"authorization") == [f"Bearer {MARK}".encode()]
    assert MARK not in str(problems)


def test_a_refusal_that_an_error_rule_explains_otherwise_is_none(tmp_path: Path) -> None:
    rule = "    errors: [{when: {status: 403, body: {reason: quota}}, as: rate_limited}]\n"
    problems, _ = asked(tmp_path, answering(b"403 Forbidden", b'{"reason": "quota"}'), config("URL") + rule)

    assert problems == [
        ("GW405", "whether `crm` accepts the credential is not known: `crm.list_contacts` was answered with 403")
    ]


@pytest.mark.parametrize(("case", "words"), [
    (answering(b"500 Internal Server Error"), "was answered with 500"),
    (answering(b"404 Not Found"), "was answered with 404"),
    (silent, "was not answered within 1 seconds"),
])  # fmt: skip
def test_what_says_nothing_of_the_credential_is_a_warning(tmp_path: Path, case: Case, words: str) -> None:
    problems, vendor = asked(tmp_path, case, world=World(lookup=at_home, seconds=1))

    assert problems == [("GW405", f"whether `crm` accepts the credential is not known: `crm.list_contacts` {words}")]
    assert len(vendor.seen) == 1


def test_a_failure_is_not_repeated_although_the_file_says_so(tmp_path: Path) -> None:
    text = config("URL") + "    retry: {attempts: 5}\n"
    _, vendor = asked(tmp_path, answering(b"503 Service Unavailable"), text)

    assert len(vendor.seen) == 1


def test_the_first_endpoint_that_reads_and_needs_nothing_is_asked(tmp_path: Path) -> None:
    endpoints = (
        "endpoints: {make: {route: POST /contacts}, get: {route: 'GET /contacts/{id}'}, "
        "find: {route: GET /find, query: {name: {type: string, required: true}}}, "
        "list: {route: GET /all, upstream: GET /v1/contacts, query: {limit: {type: integer, default: 5}}}}"
    )
    problems, vendor = asked(tmp_path, answering(b"200 OK"), config("URL", endpoints))

    assert problems == []
    assert [exchange.line for exchange in vendor.seen] == [b"GET /v1/contacts?limit=5 HTTP/1.1"]


def test_where_nothing_harmless_can_be_asked_it_is_said(tmp_path: Path) -> None:
    problems, vendor = asked(
        tmp_path, answering(b"200 OK"), config("URL", "endpoints: {make: {route: POST /contacts}}")
    )

    assert problems == [("GW405", "the credential of `crm` was not tried: no endpoint can be asked without parameters")]
    assert vendor.seen == []


def test_a_credential_that_is_not_set_is_not_tried(tmp_path: Path) -> None:
    with serving(Vendor({})) as vendor:
        (problem,) = probed(tmp_path, config(f"http://{HOST}:{vendor.port}"), token=None)

    assert (problem.code, problem.place.line) == ("GW405", 5)
    assert vendor.seen == []


def test_a_vendor_that_wants_no_credential_is_asked_nothing(tmp_path: Path) -> None:
    problems, vendor = asked(
        tmp_path, answering(b"401 Unauthorized"), config("URL", credential="credential: {use: none}")
    )

    assert problems == []
    assert vendor.seen == []


def test_a_vendor_that_breaks_off_is_no_verdict(tmp_path: Path) -> None:
    async def reset(exchange: Exchange) -> None:
        exchange.reset()
        await asyncio.sleep(0)

    ((code, message),), _ = asked(tmp_path, reset)

    assert code == "GW405"
    assert "got no answer" in message
