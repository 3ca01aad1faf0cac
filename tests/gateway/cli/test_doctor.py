"""What `gateway doctor` finds, one thing at a time."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.doctor import Finding
from gateway.cli.doctor.configuration import configuration
from gateway.cli.doctor.installation import installation
from gateway.cli.doctor.machine import clock, machine, shared_state
from gateway.cli.doctor.redis_server import setup
from gateway.cli.doctor.switches import switches
from gateway.cli.documents import schema_text
from gateway.config import Server
from tests.running import free_port
from tests.services import redis_server

CONFIG = """\
# yaml-language-server: $schema=./config.schema.json
version: 1
integrations:
  crm:
    base_url: https://crm.example
    credential: {use: bearer, token: "${CRM_TOKEN}"}
    endpoints: {list: {route: GET /contacts}}
"""


@pytest.fixture(name="config")
def written(tmp_path: Path) -> Path:
    (tmp_path / "config.schema.json").write_text(schema_text())
    file = tmp_path / "integrations.yaml"
    file.write_text(CONFIG)
    return file


def looked_at(config: Path, **environ: str) -> list[Finding]:
    return [*configuration(config, environ)]


def levels(found: list[Finding]) -> list[str]:
    return [finding.level for finding in found]


def test_a_good_config_is_counted(config: Path) -> None:
    found = looked_at(config, CRM_TOKEN="x")

    assert levels(found) == ["ok", "ok", "ok"]
    assert found[0].what.endswith("is valid: 1 integrations, 1 endpoints")


def test_what_is_not_set_is_named(config: Path) -> None:
    assert [(one.level, one.what) for one in looked_at(config)][-1] == ("warn", "not set: CRM_TOKEN")


def test_a_config_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    (found,) = looked_at(tmp_path / "none.yaml")

    assert (found.level, found.helps) == ("fail", "`gateway init` makes one; -c names another one")


def test_a_broken_config_leads_to_check(config: Path) -> None:
    config.write_text(CONFIG.replace("base_url", "base_uri"))
    found = looked_at(config)[0]

    assert found.level == "fail"
    assert found.helps == f"`gateway check {config}` shows each"


@pytest.mark.parametrize(
    ("modeline", "level", "said"),
    [
        ("", "warn", "editors do not know what"),
        ("# yaml-language-server: $schema=./none.json", "warn", "which is not there"),
        ("# yaml-language-server: $schema=./old.json", "warn", "is of another version"),
        ("# yaml-language-server: $schema=https://x.example/schema.json", "ok", "by https://x.example/schema.json"),
        ("# yaml-language-server: $schema=./config.schema.json", "ok", "which is of this version"),
    ],
)
def test_whether_editors_help_is_told(config: Path, modeline: str, level: str, said: str) -> None:
    (config.parent / "old.json").write_text("{}")
    config.write_text(CONFIG.replace(CONFIG.splitlines()[0], modeline))
    found = looked_at(config, CRM_TOKEN="x")[1]

    assert found.level == level
    assert said in found.what


@pytest.mark.parametrize(
    ("environ", "level", "said"),
    [
        ({}, "ok", "no variable overrides the config"),
        ({"INTEGRATIONS_STUB_MODE": "true"}, "warn", "no vendor is asked"),
        ({"INTEGRATIONS_STUB_MODE": "maybe"}, "fail", "must be true or false"),
        ({"CIRCUIT_BREAKER_ENABLED": "false"}, "warn", "every breaker is off"),
        ({"RATE_LIMIT_PER_MINUTE": "5"}, "ok", "every quota that is on"),
    ],
)
def test_a_forgotten_variable_is_told(environ: dict[str, str], level: str, said: str) -> None:
    found = next(switches(environ))

    assert found.level == level
    assert said in found.what


def test_where_traces_go_is_told_and_a_variable_of_theirs_that_is_wrong() -> None:
    here = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:secret@collector:4318"}
    *_, well = switches(here)
    *_, wrong = switches({**here, "OTEL_TRACES_SAMPLER_ARG": "2"})

    assert (well.level, wrong.level) == ("ok", "fail")
    assert well.what == "traces go to http://collector:4318 by http/protobuf: 0.1 of them, and what fails or takes 5 s"
    assert "OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1" in wrong.what
    assert [finding.level for finding in switches({})] == ["ok"]


def test_this_installation_is_whole() -> None:
    found = [*installation()]

    assert "fail" not in levels(found)
    assert "integration-gateway" in found[-1].what


@pytest.fixture(name="taken")
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def ports(port: int) -> list[Finding]:
    environ = {"GATEWAY_PORT": str(port), "GATEWAY_ADMIN_BIND": f"127.0.0.1:{free_port()}"}
    return [*machine(Server(storage="postgresql://db/x"), environ)][1:3]


def test_a_port_that_is_taken_is_told(taken: int) -> None:
    requests, admin = ports(taken)

    assert requests.level == "fail"
    assert "GATEWAY_PORT" in requests.helps
    assert (admin.level, ports(free_port())[0].level) == ("ok", "ok")


def test_a_port_that_is_none_is_told() -> None:
    assert ports(70_000)[0].what == "'70000' is no port"


def test_state_is_kept_where_it_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    places = {"here": tmp_path / "gateway.db", "new": tmp_path / "a" / "b" / "x.db", "not": tmp_path / "file" / "x.db"}
    found = {name: next(machine(Server(storage=f"sqlite:///{path}"), {})) for name, path in places.items()}

    assert {name: one.level for name, one in found.items()} == {"here": "ok", "new": "ok", "not": "fail"}
    assert "which can be made" in found["new"].what


@pytest.mark.parametrize(("now", "level"), [(0.0, "fail"), (1_800_000_000.0, "ok"), (9_000_000_000.0, "fail")])
def test_a_clock_that_is_wrong_is_told(now: float, level: str) -> None:
    assert clock(now, 1_790_000_000.0).level == level


def test_a_redis_is_asked_as_the_gateway_would_ask_it() -> None:
    with redis_server(password="hush-hush") as server:
        right = [*shared_state(server.url, {"GATEWAY_LINK_SECRET": "long"})]
        wrong = [*shared_state(server.url.replace("hush-hush", "hush"), {})]
    gone = [*shared_state(server.url, {"GATEWAY_LINK_SECRET": "long"})]
    name = f"redis://127.0.0.1:{server.port}/0"

    assert [*shared_state("memory", {})] == []
    assert [(one.level, one.what) for one in right[:1]] == [("ok", f"{name} answers, for shared state")]
    assert right[1].what.startswith(f"{name} is redis ")
    assert [(one.level, one.what) for one in wrong] == [
        ("fail", f"{name}, for shared state: answers WRONGPASS"),
        ("warn", "GATEWAY_LINK_SECRET is not set"),
    ]
    assert [(one.level, one.what) for one in gone] == [("fail", f"{name}, for shared state: connection refused")]


def test_a_redis_that_forgets_or_is_nearly_full_is_told_of() -> None:
    with redis_server(maxmemory="10mb") as server:
        server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        server.ask("SETRANGE", "big", "7800000", "x")
        told = [*setup(server.url, "redis")]

    assert [one.level for one in told] == ["ok", "warn", "warn"]
    assert "quotas and first answers too" in told[1].what
    assert "of the memory that it may use" in told[2].what


def test_a_replica_is_told_of() -> None:
    with redis_server() as primary, redis_server() as replica:
        replica.ask("REPLICAOF", "127.0.0.1", str(primary.port))
        told = [*setup(replica.url, "redis")]

    assert told[1].what == "redis is a replica, which cannot be written to"


def test_a_redis_that_does_not_say_is_told_of() -> None:
    with redis_server() as server:
        server.ask("ACL", "SETUSER", "default", "-info")
        (told,) = setup(server.url, "redis")

    assert (told.level, told.what) == ("warn", "redis does not say how it is set up")
