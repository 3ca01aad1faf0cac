"""What the environment says over the file: stubs, limits, and credentials that are not there."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.end_to_end.edited import edited
from tests.end_to_end.test_endpoints import CASES
from tests.end_to_end.world import AMPLE, Vendors, World, gateway_for, vendors
from tests.running import ROOT, SHIPPED, free_port, running

STUB_THE_VENDOR = ("    title: Gmail\n", "    title: Gmail\n    stub: true\n")


@pytest.fixture(scope="module")
def simulated() -> Iterator[Vendors]:
    with vendors() as found:
        yield found


@pytest.fixture(scope="module")
def stubbed(simulated: Vendors) -> Iterator[World]:
    with gateway_for(simulated, {**AMPLE, "INTEGRATIONS_STUB_MODE": "true"}) as found:
        yield found


@pytest.mark.parametrize("endpoint", list(CASES))
def test_in_stub_mode_every_endpoint_answers_and_no_vendor_is_asked(stubbed: World, endpoint: str) -> None:
    stubbed.vendors.forget()
    case = CASES[endpoint]

    reply = stubbed.ask(case.ask, json=case.body)

    assert reply.status_code == case.status, reply.text
    assert reply.headers["gateway-stub"] == "true"
    assert not any(vendor.received for vendor in stubbed.vendors.all)


def test_refusals_in_stub_mode_say_that_they_are_stubbed_too(stubbed: World) -> None:
    wrong = stubbed.ask("POST /twilio/messages", json={})
    native = stubbed.client.get("/native/vapi/assistant")

    assert (wrong.status_code, wrong.headers["gateway-stub"]) == (400, "true")
    assert native.headers["gateway-stub"] == "true"
    assert stubbed.health()["stub"] is True
    assert not any(vendor.received for vendor in stubbed.vendors.all)


def test_stub_mode_needs_no_credential_at_all() -> None:
    with running(SHIPPED, {"INTEGRATIONS_STUB_MODE": "true"}) as gateway, gateway.client() as client:
        reply = client.get("/api/v1/vapi/settings")

    assert (reply.status_code, reply.headers["gateway-stub"]) == (200, "true")


@pytest.mark.parametrize(
    ("flag", "stubbed_answers"), [({}, True), ({"INTEGRATIONS_STUB_MODE": "false"}, False)], ids=["unset", "false"]
)
def test_a_stub_of_the_file_holds_unless_the_environment_says_no(
    tmp_path: Path, simulated: Vendors, flag: Mapping[str, str], stubbed_answers: bool
) -> None:
    simulated.forget()
    with gateway_for(simulated, {**AMPLE, **flag}, config=edited(tmp_path, STUB_THE_VENDOR)) as world:
        gmail, vapi = world.ask("GET /gmail/profile"), world.ask("GET /vapi/settings")

    assert ("gateway-stub" in gmail.headers, "gateway-stub" in vapi.headers) == (stubbed_answers, False)
    assert (len(simulated.gmail.received), len(simulated.vapi.received)) == (0 if stubbed_answers else 1, 1)


def test_a_fourth_request_of_three_a_minute_is_refused(simulated: Vendors) -> None:
    simulated.forget()
    with gateway_for(simulated, {"RATE_LIMIT_PER_MINUTE": "3"}) as world:
        replies = [world.ask("GET /gmail/profile") for _ in range(4)]
        elsewhere = world.ask("GET /vapi/settings")
        assert all(world.client.get("/health").status_code == 200 for _ in range(5))

    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert [reply.headers["ratelimit"].partition(";t")[0] for reply in replies] == [
        f'"default";r={left}' for left in (2, 1, 0, 0)
    ]
    refused = replies[3]
    assert refused.json()["type"].endswith("/problems/quota-exceeded")
    assert refused.headers["ratelimit-policy"] == '"default";q=3;w=60'
    assert 15 <= int(refused.headers["retry-after"]) <= 20
    assert len(simulated.gmail.received) == 3
    assert (elsewhere.status_code, elsewhere.headers["ratelimit"].partition(";t")[0]) == (200, '"default";r=2')


def test_nothing_falls_back_to_a_stub_when_a_vendor_is_down(simulated: Vendors) -> None:
    nobody = {"VAPI_BASE_URL": f"http://127.0.0.1:{free_port()}"}
    with gateway_for(simulated, {**AMPLE, **nobody}) as world:
        reply = world.ask("GET /vapi/settings")

    assert reply.status_code == 502
    assert "gateway-stub" not in reply.headers


@pytest.mark.parametrize("missing", ["VAPI_API_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_API_SECRET"])
def test_serving_without_a_credential_is_refused_and_says_which(simulated: Vendors, missing: str) -> None:
    environ = {name: value for name, value in simulated.environ.items() if name != missing}

    code, said = served(environ)

    assert code == 78
    assert f"`{missing}` is not set" in said
    others = set(simulated.environ) - {missing}
    assert not [name for name in others if f"`{name}` is not set" in said]
    assert not [value for name, value in environ.items() if value in said and "KEY" in name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTEGRATIONS_STUB_MODE", "maybe"),
        ("CIRCUIT_BREAKER_ENABLED", "off"),
        ("RATE_LIMIT_PER_MINUTE", "many"),
        ("RATE_LIMIT_PER_MINUTE", "0"),
    ],
)
def test_a_flag_that_is_nonsense_is_refused(simulated: Vendors, name: str, value: str) -> None:
    code, said = served({**simulated.environ, name: value})

    assert code == 78
    assert name in said


def served(environ: Mapping[str, str], *flags: str) -> tuple[int, str]:
    """Exit code and stderr of a `gateway serve` that ends by itself."""
    port, admin = free_port(), free_port()
    command = [sys.executable, "-m", "gateway", "serve", "-c", str(SHIPPED), "--port", str(port), "--allow-private"]
    ended = subprocess.run(
        [*command, "--admin-bind", f"127.0.0.1:{admin}", *flags],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stderr
