"""Whatever the file holds: a diagnostic, and never a crash. Files made to be slow or large are in tests/fuzzing."""

import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.diagnostics import InvalidConfig
from gateway.loading import load
from tests.gateway.loading.toys import REGISTRY

TRACED = sys.gettrace() is not None
"""Measuring coverage takes several times as long as what is measured."""

RELAXED = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def survives(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        load(path, REGISTRY, {}, lenient_secrets=True)
    except InvalidConfig as invalid:
        assert invalid.problems  # noqa: PT017


@RELAXED
@given(content=st.binary(max_size=200))
@example(content=b"\xff\xfe\x00")
@example(content=b"\xef\xbb\xbfversion: 1\n")
@example(content=b"? [a]\n: b\n")
@example(content=b"a: \x00")
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    survives(tmp_path / "c.yaml", content)


WORDS = st.sampled_from(
    [
        *("version", "integrations", "crm", "base_url", "endpoints", "get", "route", "GET /x", "https://x", "native"),
        *("defaults", "profiles", "extends", "retry", "attempts", "backoff", "cache", "ttl", "5m", "errors", "when"),
        *("credential", "use", "bearer", "token", "${A}", "${file:x}", "$${", "${", "server", "callers", "api_keys"),
        *("$ref", "#", "a.json", "body", "response", "responses", "201", "query", "path", "required", "type", "string"),
        *("null", "true", "1", "-1", "1e9", "~", "x-a", "mount", "allow", "send", "reply", "examples", "status"),
        *("{", "}", "[", "]", ":", ",", "-", "'", '"', "&", "*", "!", "|", ">", "%", "@", "<<"),
    ]
)


@RELAXED
@given(words=st.lists(st.tuples(WORDS, st.sampled_from(["", " ", "\n", "\n  ", "\n    ", ": ", ", "])), max_size=60))
def test_any_text_of_its_own_words(tmp_path: Path, words: list[tuple[str, str]]) -> None:
    survives(tmp_path / "c.yaml", "".join(word + space for word, space in words).encode())


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)


@settings(RELAXED, max_examples=100)
@given(
    data=st.dictionaries(WORDS, PLAIN),
    integration=st.dictionaries(WORDS, PLAIN),
    endpoint=st.dictionaries(WORDS, PLAIN),
)
def test_any_values_in_the_right_places(
    tmp_path: Path, data: dict[str, object], integration: dict[str, object], endpoint: dict[str, object]
) -> None:
    written = {"version": 1, **data, "integrations": {"crm": {**integration, "endpoints": {"get": endpoint}}}}
    survives(tmp_path / "c.yaml", flow(written).encode())


def flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{key.replace(chr(39), '')}': {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "null" if value is None else str(value).lower()


def test_a_thousand_endpoints_load_in_less_than_300_milliseconds(tmp_path: Path) -> None:
    lines = ["version: 1", "defaults: {timeout: {total: 30s}, retry: {attempts: 2}}", "integrations:"]
    for number in range(50):
        lines += [f"  u{number}:", f"    base_url: https://u{number}.example", "    endpoints:"]
        for other in range(20):
            lines += [
                f"      e{other}:",
                f"        route: GET /x{other}/{{id}}",
                f"        query: {{limit: {{type: integer, maximum: {number * other + 1}}}}}",
                f"        response: {{type: object, properties: {{a{number}x{other}: {{type: string}}}}}}",
                f"        cache: {{ttl: {other + 1}m}}",
            ]
    path = tmp_path / "c.yaml"
    path.write_text("\n".join(lines))
    best = min(timed(path) for _ in range(3))
    assert TRACED or best < 0.3


def timed(path: Path) -> float:
    started = time.process_time()
    load(path, REGISTRY, {}, lenient_secrets=True)
    return time.process_time() - started
