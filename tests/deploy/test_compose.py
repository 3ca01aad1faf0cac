"""docker-compose.yml, as far as it can be held to its word without an engine."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import yaml
from click.testing import CliRunner

from gateway.cli import main
from gateway.serving import Options
from tests.deploy.compose import FILE, compose, mounts, services
from tests.deploy.dockerfile import environment, stages
from tests.deploy.proxies import proxied
from tests.postgres import postgres_server
from tests.running import ROOT, SHIPPED, Running, free_port, running

LISTED = "/api/v1/vapi/assistants"
PROFILES = ("scale", "observability")
WATCHERS = ("prometheus", "grafana", "collector", "jaeger", "loki", "promtail")
GATEWAYS = {name: one for name, one in services("scale").items() if name.startswith("gateway")}


def test_it_is_what_compose_specifies() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_without_a_profile_there_is_one_gateway_and_nothing_else() -> None:
    assert list(services()) == ["gateway"]
    assert set(services("scale")) == {"gateway", "gateway-one", "gateway-two", "balancer", "redis", "postgres"}
    assert set(services("observability")) == {"gateway", *WATCHERS}


def test_every_image_has_its_version() -> None:
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    images = {one["image"] for profile in PROFILES for one in services(profile).values()}

    assert all(re.fullmatch(r"([a-z]+/)?[a-z-]+:v?\d+\.\d+(\.\d+)?(-alpine)?", image) for image in images)
    assert {one["image"] for one in GATEWAYS.values()} == {f"integration-gateway:{ours}"}


def test_every_file_that_is_mounted_is_there_and_cannot_be_written_to() -> None:
    volumes = compose()["volumes"].keys()
    found = [mount for profile in PROFILES for one in services(profile).values() for mount in mounts(one)]

    assert all((ROOT / source).exists() and not writes for source, _, writes in found if source.startswith("."))
    assert {source for source, _, _ in found if source[0] not in "./"} == volumes


def test_the_config_is_where_the_image_looks_for_it_and_state_where_it_writes() -> None:
    told = environment(stages()[1])
    alone = {target: writes for _, target, writes in mounts(GATEWAYS["gateway"])}

    assert all(told["GATEWAY_CONFIG"] in {target for _, target, _ in mounts(one)} for one in GATEWAYS.values())
    assert [target for target, writes in alone.items() if writes] == ["/var/lib/gateway"]


@pytest.mark.parametrize("name", [*GATEWAYS, "balancer"])
def test_what_faces_callers_can_do_little_harm(name: str) -> None:
    service = services("scale")[name]

    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_this_machine_reaches_it_and_nobody_what_is_behind() -> None:
    published = [port for profile in PROFILES for one in services(profile).values() for port in one.get("ports", ())]

    assert {port.partition(":")[0] for port in published} == {"127.0.0.1"}
    assert compose()["networks"]["inside"] == {"internal": True}
    assert all(services("scale")[name]["networks"] == ["inside"] for name in ("redis", "postgres"))


def test_a_gateway_gets_the_time_that_it_takes_to_end() -> None:
    options = Options()

    for one in GATEWAYS.values():
        assert int(one["stop_grace_period"].removesuffix("s")) > options.grace + options.drain


def test_two_gateways_behind_the_balancer_are_one() -> None:
    """The commands and variables of the profile `scale`, unboxed, where names are addresses of this machine."""
    with _redis() as redis, postgres_server() as server:
        addresses = {
            "gateway:gateway@postgres:5432/gateway": server.database("gateway").removeprefix("postgresql://"),
            "redis:6379": f"127.0.0.1:{redis}",
        }
        with (
            running(SHIPPED, _environ("gateway-one", addresses)) as one,
            running(SHIPPED, _environ("gateway-two", addresses)) as two,
            proxied("haproxy", _port(one), _port(two)) as url,
        ):
            environ = _environ("gateway-one", addresses)
            key = CliRunner(env=environ).invoke(main, ["keys", "create", "smoke", "-c", str(SHIPPED)]).stdout.strip()
            told = CliRunner().invoke(main, ["smoke", url, "--key", key, "--admin", two.admin])
            answers = [httpx.get(f"{each}{LISTED}", headers={"X-API-Key": key}) for each in (one.url, two.url, url)]

    assert told.exit_code == 0, told.output
    assert told.output.count("answers 200, by a stub") == 5
    assert "callers are asked for a key" in told.output
    assert [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers] == [
        '"default";r=58', '"default";r=57', '"default";r=56'
    ]  # fmt: skip


def _environ(name: str, addresses: dict[str, str]) -> dict[str, str]:
    """What the image sets, and compose over it."""
    told = {**environment(stages()[1]), **GATEWAYS[name]["environment"], "GATEWAY_HOST": "127.0.0.1"}
    for there, here in addresses.items():
        told = {variable: value.replace(there, here) for variable, value in told.items()}
    return {variable: value for variable, value in told.items() if variable.startswith(("GATEWAY_", "INTEGRATIONS_"))}


@contextmanager
def _redis() -> Iterator[int]:
    """The command of the service, on a port of its own."""
    port = free_port()
    command = [*services("scale")["redis"]["command"], "--port", str(port), "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, cwd="/tmp", stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def _port(gateway: Running) -> int:
    return int(gateway.url.rpartition(":")[2])


def test_prometheus_brings_the_key_that_compose_gives_it() -> None:
    told = yaml.safe_load((ROOT / "infrastructure" / "prometheus" / "prometheus.yml").read_text())
    (job,) = told["scrape_configs"]

    assert services("observability")["prometheus"]["secrets"] == ["metrics_key"]
    assert job["authorization"] == {"credentials_file": "/run/secrets/metrics_key"}
    assert {target.partition(":")[0] for static in job["static_configs"] for target in static["targets"]} <= set(
        GATEWAYS
    )


def test_what_watchers_are_told_leads_to_each_other() -> None:
    names = services("observability").keys()
    files = ("grafana/provisioning/datasources/datasources.yml", "otel/collector.yml", "loki/promtail.yml")
    told = " ".join((ROOT / "infrastructure" / file).read_text() for file in files)

    assert {"prometheus", "jaeger", "loki"} == {name for name in names if f"{name}:" in told} - {"grafana", "promtail"}


def test_lines_are_labelled_by_nothing_that_has_many_values() -> None:
    told = yaml.safe_load((ROOT / "infrastructure" / "loki" / "promtail.yml").read_text())
    (job,) = told["scrape_configs"]
    targets = {rule["target_label"] for rule in job["relabel_configs"] if "target_label" in rule}
    (labels,) = [stage["labels"] for stage in job["pipeline_stages"] if "labels" in stage]

    assert targets | labels.keys() == {"service", "environment", "level"}
