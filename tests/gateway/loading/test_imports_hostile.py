"""Whatever a vendor's document holds: endpoints or diagnostics, soon, and never a crash."""

import copy
import json
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.diagnostics import InvalidConfig
from gateway.loading import load
from tests.gateway.loading.toys import REGISTRY

DOCUMENT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "config" / "documents" / "crm.yaml").read_text())
CONFIG = """
version: 1
integrations:
  crm: {base_url: "https://api.crm.example/v2", openapi: {document: crm.json, operations: ["/**"]}}
"""
TRACED = sys.gettrace() is not None
RELAXED = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
EXPECTED = {"GW220", "GW221", "GW222"}
"""All that may keep a document from being loaded; what it describes is never held against the file."""

KEYS = st.sampled_from(
    [
        *("type", "$ref", "format", "pattern", "enum", "allOf", "oneOf", "nullable", "items", "properties", "required"),
        *("default", "example", "minimum", "exclusiveMinimum", "multipleOf", "readOnly", "schema", "content", "in"),
        *("name", "style", "explode", "parameters", "additionalProperties", "not", "servers", "security", "tags"),
        *("operationId", "responses", "requestBody", "description", "$defs", "patternProperties", "scheme", "url"),
    ]
)
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, -1, 1e300, 10**40, 3.7, "", "string", "integer", "array", "object", "null", "["),
        *(
            "a{,3}",
            "(a+)+$",
            "#",
            "#/",
            "#/components/schemas/Contact",
            "#/paths",
            "query",
            "path",
            "cookie",
            "deepObject",
        ),
        *(
            "date-time",
            "binary",
            "/a/{b}/{b}",
            "/../x",
            "2XX",
            "default",
            "x y",
            "apiKey",
            [],
            {},
            [[]],
            [None],
            [1, "a"],
        ),
        *({"$ref": "#/components/schemas/Contact"}, ["string", "null"], {"type": "object", "properties": {"a": {}}}),
    ]
)
CHANGES = st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 2), KEYS, VALUES), min_size=1, max_size=12)


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every holder in the document with each of its keys."""
    pairs = list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())
    return [found for key, value in pairs for found in [(node, key), *places(value)]]


def changed(changes: list[tuple[int, int, str, Any]]) -> Any:
    document = copy.deepcopy(DOCUMENT)
    for number, way, key, value in changes:
        known = places(document)
        if not known:
            break
        holder, at = known[number % len(known)]
        if way == 0:
            del holder[at]
        elif way == 1:
            holder[at] = copy.deepcopy(value)
        elif isinstance(holder, dict):
            holder[key] = copy.deepcopy(value)
    return document


@RELAXED
@given(changes=CHANGES)
def test_any_change_of_a_document(tmp_path: Path, changes: list[tuple[int, int, str, Any]]) -> None:
    (tmp_path / "crm.json").write_text(json.dumps(changed(changes)))
    (tmp_path / "c.yaml").write_text(CONFIG)
    try:
        load(tmp_path / "c.yaml", REGISTRY, {}, lenient_secrets=True)
    except InvalidConfig as invalid:
        errors = {problem.code for problem in invalid.problems if problem.severity == "error"}
        assert errors <= EXPECTED, invalid  # noqa: PT017


@RELAXED
@given(content=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "crm.json").write_bytes(content)
    (tmp_path / "c.yaml").write_text(CONFIG)
    try:
        load(tmp_path / "c.yaml", REGISTRY, {}, lenient_secrets=True)
    except InvalidConfig as invalid:
        assert {problem.code for problem in invalid.problems} <= EXPECTED  # noqa: PT017


def test_a_large_document_costs_little_where_little_is_picked(tmp_path: Path) -> None:
    schemas = {
        f"S{n}": {"type": "object", "properties": {f"p{m}": {"type": "string"} for m in range(20)}}
        for n in range(4_000)
    }
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S1"}}}}
    paths = {f"/a{n}": {"get": {"operationId": f"A{n}", "responses": {"200": answer}}} for n in range(2_000)}
    (tmp_path / "crm.json").write_text(
        json.dumps({"openapi": "3.0.0", "paths": paths, "components": {"schemas": schemas}})
    )
    (tmp_path / "c.yaml").write_text(CONFIG.replace('"/**"', "A1, A2"))
    start = time.perf_counter()
    load(tmp_path / "c.yaml", REGISTRY, {}, lenient_secrets=True)

    assert time.perf_counter() - start < (5 if TRACED else 1)
