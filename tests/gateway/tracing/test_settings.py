"""The variables that every tracer reads, and what is said where one of them is wrong."""

from pathlib import Path

import pytest

from gateway.tracing.settings import Settings, read

HERE = "http://127.0.0.1:4318"


def known(**environ: str) -> Settings:
    found = read({"OTEL_EXPORTER_OTLP_ENDPOINT": HERE, **environ})
    assert found is not None
    return found


def test_without_a_collector_there_is_nothing_and_the_other_variables_do_not_matter() -> None:
    assert read({}) is None
    assert read({"OTEL_EXPORTER_OTLP_ENDPOINT": "", "OTEL_TRACES_SAMPLER": "nonsense"}) is None


@pytest.mark.parametrize(
    "off", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_SDK_DISABLED": "TRUE"}, {"OTEL_TRACES_EXPORTER": "none"}]
)
def test_it_can_be_switched_off_whatever_else_is_said(off: dict[str, str]) -> None:
    assert read({"OTEL_EXPORTER_OTLP_ENDPOINT": HERE, **off}) is None


def test_an_address_is_enough() -> None:
    assert known() == Settings(
        endpoint=f"{HERE}/v1/traces",
        protocol="http/protobuf",
        timeout=10.0,
        follows=True,
        ratio=0.1,
        resource={"service.name": "gateway"},
        slow=5.0,
    )


def test_the_path_is_added_to_a_base_address_over_http_alone() -> None:
    traces = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"

    assert known(OTEL_EXPORTER_OTLP_ENDPOINT=f"{HERE}/otlp/").endpoint == f"{HERE}/otlp/v1/traces"
    assert known(**{traces: "http://other:1/mine"}).endpoint == "http://other:1/mine"
    assert known(OTEL_EXPORTER_OTLP_PROTOCOL="grpc").endpoint == HERE


def test_what_is_said_of_traces_goes_before_what_is_said_of_everything() -> None:
    found = known(
        OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf",
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL="grpc",
        OTEL_EXPORTER_OTLP_HEADERS="a=1",
        OTEL_EXPORTER_OTLP_TRACES_HEADERS="B=x%20y, c=2%3D",
        OTEL_EXPORTER_OTLP_TIMEOUT="9000",
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT="2500",
    )

    assert (found.protocol, found.headers, found.timeout) == ("grpc", {"b": "x y", "c": "2="}, 2.5)


@pytest.mark.parametrize(
    ("sampler", "argument", "follows", "ratio"),
    [
        ("", "", True, 0.1),
        ("", "0.25", True, 0.25),
        ("traceidratio", "1", False, 1.0),
        ("parentbased_traceidratio", "0", True, 0.0),
        ("always_on", "0.5", False, 1.0),
        ("always_off", "", False, 0.0),
        ("parentbased_always_on", "", True, 1.0),
        ("parentbased_always_off", "", True, 0.0),
    ],
)
def test_samplers_are_the_fields_own(sampler: str, argument: str, follows: bool, ratio: float) -> None:
    found = known(OTEL_TRACES_SAMPLER=sampler, OTEL_TRACES_SAMPLER_ARG=argument)

    assert (found.follows, found.ratio) == (follows, ratio)


def test_a_service_has_a_name_and_whatever_else_is_said_of_it() -> None:
    attributes = "service.name=front,team=a%2Cb"

    assert known(OTEL_RESOURCE_ATTRIBUTES=attributes).resource == {"service.name": "front", "team": "a,b"}
    assert known(OTEL_RESOURCE_ATTRIBUTES=attributes, OTEL_SERVICE_NAME="back").resource["service.name"] == "back"


def test_a_certificate_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")

    found = known(OTEL_EXPORTER_OTLP_CERTIFICATE=str(tmp_path / "ca.pem"), GATEWAY_SLOW_SECONDS="0.5")
    assert found.certificate == str(tmp_path / "ca.pem")
    assert found.slow == 0.5


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318", "must be an address such as `http://127.0.0.1:4318`"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://user:secret@host", "must be an address such as"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://host:port", "must be an address such as"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "must be one of http/protobuf, grpc, got 'http/json'"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "tcp", "must be one of http/protobuf, grpc, got 'tcp'"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key:secret", "must be `name=value` pairs with commas between them"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api key=secret", "must be `name=value` pairs with commas between them"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "key=secret%0d%0a", "must be `name=value` pairs with commas between them"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "key=secret%C3%A9", "must have values of ASCII characters"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "must be a number from 1 to 600000, got '10s'"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "must be one of none, gzip, got 'zstd'"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere.pem", "must be a PEM file, and there is none at '/nowhere.pem'"),
        ("OTEL_TRACES_SAMPLER", "sometimes", "must be one of parentbased_traceidratio, always_on, always_off, "),
        ("OTEL_TRACES_SAMPLER_ARG", "10%", "must be a number from 0 to 1, got '10%'"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.5", "must be a number from 0 to 1, got '1.5'"),
        ("OTEL_TRACES_SAMPLER_ARG", "nan", "must be a number from 0 to 1, got 'nan'"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team", "must be `name=value` pairs with commas between them"),
        ("OTEL_SDK_DISABLED", "yes", "must be one of false, true, got 'yes'"),
        ("OTEL_TRACES_EXPORTER", "console", "must be one of otlp, none, got 'console'"),
        ("OTEL_BSP_SCHEDULE_DELAY", "0", "must be a number from 10 to 60000, got '0'"),
        ("GATEWAY_SLOW_SECONDS", "-1", "must be a number from 0 to 86400, got '-1'"),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence_without_what_may_be_secret(name: str, value: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=name) as refused:
        known(**{name: value})

    assert str(refused.value).startswith(f"{name} {sentence}")
    assert "secret" not in str(refused.value)
