"""Schemas stand for themselves once they are loaded."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.gateway.loading.loads import loaded, only_endpoint, refused

CONFIG = 'version: 1\nintegrations: {crm: {base_url: "https://x", endpoints: {get: {route: POST /x, body: %s}}}}\n'


def body(folder: Path, schema: str, files: dict[str, Any] | None = None) -> Any:
    write(folder, files or {})
    return only_endpoint(loaded(folder, CONFIG % schema)).written.body


def write(folder: Path, files: dict[str, Any]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))


def test_what_is_referred_to_takes_the_place_of_the_reference(tmp_path: Path) -> None:
    files = {
        "a/list.json": {"$id": "x", "type": "array", "items": {"$ref": "../b/item.json#/$defs/one"}},
        "b/item.json": {"$defs": {"one": {"type": "object", "properties": {"$ref": {"type": "string"}}}}},
    }
    item = {"type": "object", "properties": {"$ref": {"type": "string"}}}
    assert body(tmp_path, "{$ref: a/list.json}", files) == {"type": "array", "items": item}


def test_notes_beside_a_reference_replace_those_of_its_target(tmp_path: Path) -> None:
    files = {"a.json": {"type": "string", "description": "old"}}
    assert body(tmp_path, "{$ref: a.json, description: new}", files) == {"type": "string", "description": "new"}
    assert body(tmp_path, "{$ref: a.json, maxLength: 3}") == {"allOf": [files["a.json"]], "maxLength": 3}


def test_what_looks_like_a_reference_in_plain_data_is_left_alone(tmp_path: Path) -> None:
    assert body(tmp_path, "{const: {$ref: nowhere.json}}") == {"const": {"$ref": "nowhere.json"}}


def test_schemas_that_hold_themselves_are_kept_in_defs(tmp_path: Path) -> None:
    files = {
        "tree.json": {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#"}}}},
        "even.json": {"properties": {"next": {"$ref": "odd.json"}}, "type": "object"},
        "odd.json": {"properties": {"next": {"$ref": "even.json"}}, "type": "object"},
    }
    schema = body(tmp_path, "{properties: {tree: {$ref: tree.json}, a: {$ref: even.json}, b: {$ref: odd.json}}}", files)
    checker = jsonschema_rs.validator_for(schema)
    assert checker.is_valid({"tree": {"kids": [{"kids": []}]}, "a": {"next": {"next": {}}}, "b": {"next": {}}})
    assert not checker.is_valid({"tree": {"kids": [{"kids": [1]}]}})
    assert not checker.is_valid({"a": {"next": {"next": {"next": 1}}}})
    assert not checker.is_valid({"b": {"next": {"next": 1}}})


def test_an_inline_schema_may_hold_itself(tmp_path: Path) -> None:
    schema = body(tmp_path, '{type: object, properties: {kid: {$ref: "#"}}, additionalProperties: false}')
    checker = jsonschema_rs.validator_for(schema)
    assert checker.is_valid({"kid": {"kid": {}}})
    assert not checker.is_valid({"kid": {"kid": {"x": 1}}})


def test_a_schema_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    chain = {f"{n}.json": {"properties": {k: {"$ref": f"{n + 1}.json"} for k in "abcdefgh"}} for n in range(8)}
    write(tmp_path, {**chain, "8.json": {"type": "string"}})
    assert [problem.code for problem in refused(tmp_path, CONFIG % "{$ref: 0.json}")] == ["GW216"]


def test_a_chain_of_references_may_be_long(tmp_path: Path) -> None:
    chain = {f"{n}.json": {"items": {"$ref": f"{n + 1}.json"}} for n in range(2000)}
    write(tmp_path, {**chain, "2000.json": {"type": "string"}})
    assert [problem.code for problem in refused(tmp_path, CONFIG % "{$ref: 0.json}")] == ["GW216"]


def test_every_schema_file_is_told_and_counts_for_the_digest(tmp_path: Path) -> None:
    write(tmp_path, {"a.json": {"$ref": "b.json"}, "b.json": {"type": "string"}})
    first = loaded(tmp_path, CONFIG % "{$ref: a.json}")
    assert set(first.files) == {tmp_path / name for name in ("integrations.yaml", "a.json", "b.json")}
    write(tmp_path, {"b.json": {"type": "integer"}})
    assert loaded(tmp_path, CONFIG % "{$ref: a.json}").config.digest != first.config.digest
