"""Whether there are traces, and where to: the variables that every tracer reads, and what each may be."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast
from urllib.parse import unquote, urlsplit

import msgspec

Protocol = Literal["http/protobuf", "grpc"]
Compression = Literal["none", "gzip"]

PREFIX = "OTEL_EXPORTER_OTLP_"
SLOW = "GATEWAY_SLOW_SECONDS"
SLOW_SECONDS = 5.0
"""A request that takes longer is kept whether or not it is sampled."""
RATIO = 0.1
_SAMPLERS = ("always_on", "always_off", "traceidratio")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`follows` whether a caller decides for his own traces; of all others `ratio` are sampled.

    `timeout`, `slow` and `soon`, the time between two exports, are seconds; `certificate` is the file of an authority
    that is trusted.
    """

    endpoint: str
    protocol: Protocol = "http/protobuf"
    headers: Mapping[str, str] = {}
    timeout: float = 10.0
    compression: Compression = "none"
    certificate: str = ""
    follows: bool = True
    ratio: float = RATIO
    resource: Mapping[str, str] = {}
    slow: float = SLOW_SECONDS
    soon: float = 1.0


def read(environ: Mapping[str, str]) -> Settings | None:
    """None where nothing is to be traced. Raises ValueError where a variable is not what it may be."""
    if _one_of(environ, "OTEL_SDK_DISABLED", ("false", "true")) == "true":
        return None
    if _one_of(environ, "OTEL_TRACES_EXPORTER", ("otlp", "none")) == "none":
        return None
    protocol = cast("Protocol", _one_of(environ, _either(environ, "PROTOCOL"), ("http/protobuf", "grpc")))
    endpoint = _endpoint(environ, protocol)
    if endpoint is None:
        return None
    sampler = _one_of(environ, "OTEL_TRACES_SAMPLER", _every_sampler())
    return Settings(
        endpoint=endpoint,
        protocol=protocol,
        headers=_headers(environ),
        timeout=_number(environ, _either(environ, "TIMEOUT"), 10_000.0, 1.0, 600_000.0) / 1000,
        compression=cast("Compression", _one_of(environ, _either(environ, "COMPRESSION"), ("none", "gzip"))),
        certificate=_certificate(environ),
        follows=sampler.startswith("parentbased_"),
        ratio=_ratio(environ, sampler.removeprefix("parentbased_")),
        resource=_resource(environ),
        slow=_number(environ, SLOW, SLOW_SECONDS, 0.0, 86_400.0),
        soon=_number(environ, "OTEL_BSP_SCHEDULE_DELAY", 1000.0, 10.0, 60_000.0) / 1000,
    )


def origin(endpoint: str) -> str:
    """Without what may be a secret: a user, a query, a path."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _endpoint(environ: Mapping[str, str], protocol: Protocol) -> str | None:
    """Where spans go; to a base address http/protobuf adds its path."""
    name = _either(environ, "ENDPOINT")
    text = environ.get(name, "").strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(f"{name} must be an address such as `http://127.0.0.1:4318`")
    based = protocol == "http/protobuf" and name == PREFIX + "ENDPOINT"
    return text.rstrip("/") + "/v1/traces" if based else text


def _ratio(environ: Mapping[str, str], sampler: str) -> float:
    if sampler == "traceidratio":
        return _number(environ, "OTEL_TRACES_SAMPLER_ARG", RATIO, 0.0, 1.0)
    return 1.0 if sampler == "always_on" else 0.0


def _every_sampler() -> tuple[str, ...]:
    """The default first."""
    return "parentbased_traceidratio", *_SAMPLERS, "parentbased_always_on", "parentbased_always_off"


def _headers(environ: Mapping[str, str]) -> dict[str, str]:
    name = _either(environ, "HEADERS")
    found = {key.lower(): value for key, value in _pairs(environ, name).items()}
    if not "".join(found.values()).isascii():
        raise ValueError(f"{name} must have values of ASCII characters")
    return found


def _resource(environ: Mapping[str, str]) -> dict[str, str]:
    given = _pairs(environ, "OTEL_RESOURCE_ATTRIBUTES")
    return {"service.name": "gateway", **given, **_named(environ.get("OTEL_SERVICE_NAME", ""))}


def _named(service: str) -> dict[str, str]:
    return {"service.name": service} if service else {}


def _certificate(environ: Mapping[str, str]) -> str:
    name = _either(environ, "CERTIFICATE")
    file = environ.get(name, "")
    if file and not Path(file).is_file():
        raise ValueError(f"{name} must be a PEM file, and there is none at {file!r}")
    return file


def _either(environ: Mapping[str, str], what: str) -> str:
    """The variable that counts: what is said of traces alone goes before what is said of everything."""
    traces = f"{PREFIX}TRACES_{what}"
    return traces if environ.get(traces) else PREFIX + what


def _one_of(environ: Mapping[str, str], name: str, words: tuple[str, ...]) -> str:
    """The first of them where nothing is said."""
    value = environ.get(name, "").strip().lower() or words[0]
    if value not in words:
        raise ValueError(f"{name} must be one of {', '.join(words)}, got {value!r}")
    return value


def _number(environ: Mapping[str, str], name: str, unsaid: float, least: float, most: float) -> float:
    text = environ.get(name, "").strip()
    try:
        value = float(text) if text else unsaid
    except ValueError:
        value = -1.0
    if not least <= value <= most:
        raise ValueError(f"{name} must be a number from {least:g} to {most:g}, got {text!r}")
    return value


def _pairs(environ: Mapping[str, str], name: str) -> dict[str, str]:
    """Values may be secrets, so they are never told."""
    found = {}
    for pair in filter(None, map(str.strip, environ.get(name, "").split(","))):
        key, equals, value = pair.partition("=")
        key, value = key.strip(), unquote(value.strip())
        if not equals or not _NAME.fullmatch(key) or not value.isprintable():
            raise ValueError(f"{name} must be `name=value` pairs with commas between them")
        found[key] = value
    return found
