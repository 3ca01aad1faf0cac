"""Endpoints of a vendor's document stand beside those of the file, and the file has the last word."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.config import Endpoint
from gateway.loading import Loaded
from tests.gateway.loading.loads import loaded, refused

PET = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
PARAMETERS = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}},
    {"name": "kind", "in": "query", "schema": {"type": "string"}},
]
ANSWER = {"description": "OK", "content": {"application/json": {"schema": PET, "example": {"id": "no"}}}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/pets": {"get": {"operationId": "ListPets", "parameters": PARAMETERS, "responses": {"200": ANSWER}}},
        "/pets/{petId}.json": {"get": {"operationId": "GetPet", "responses": {"200": {"description": "A pet"}}}},
        "/pets/{petId}": {"get": {"operationId": "OtherPet"}},
    },
}
CONFIG = """
    version: 1
    integrations:
      zoo:
        base_url: https://zoo.example
        openapi: {{document: specs/zoo.json, operations: {operations}}}
        endpoints: {endpoints}
"""


def zoo(folder: Path, operations: list[str], endpoints: dict[str, Any] | None = None, **document: Any) -> Loaded:
    write(folder, **document)
    return loaded(folder, config(operations, endpoints))


def config(operations: list[str], endpoints: dict[str, Any] | None = None) -> str:
    return CONFIG.format(operations=json.dumps(operations), endpoints=json.dumps(endpoints or {}))


def write(folder: Path, **document: Any) -> Path:
    path = folder / "specs" / "zoo.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**DOCUMENT, **document}))
    return path


def endpoints_of(found: Loaded) -> dict[str, Endpoint]:
    (integration,) = found.config.integrations
    return {endpoint.name: endpoint.written for endpoint in integration.endpoints}


def test_picked_operations_are_endpoints_beside_the_files_own(tmp_path: Path) -> None:
    found = endpoints_of(zoo(tmp_path, ["GetPet", "ListPets"], {"own": {"route": "GET /own"}}))

    assert list(found) == ["get_pet", "list_pets", "own"]
    assert (found["get_pet"].route, found["get_pet"].upstream) == ("GET /pets/{petId}", "GET /pets/{petId}.json")


def test_maps_are_merged_and_everything_else_is_replaced(tmp_path: Path) -> None:
    over = {
        "summary": "All pets",
        "query": {"limit": {"maximum": 5}, "kind": None, "more": {"type": "string"}},
        "responses": {"200": {"schema": {"type": "array"}}, "206": {}},
    }
    pets = endpoints_of(zoo(tmp_path, ["ListPets"], {"list_pets": over}))["list_pets"]

    assert (pets.summary, pets.route) == ("All pets", "GET /pets")
    assert pets.query == {"limit": {"type": "integer", "maximum": 5}, "more": {"type": "string"}}
    assert {status: answer.schema for status, answer in (pets.responses or {}).items()} == {
        "200": {"type": "array"},
        "206": None,
    }


def test_a_schema_is_replaced_as_a_whole(tmp_path: Path) -> None:
    pets = endpoints_of(zoo(tmp_path, ["ListPets"], {"list_pets": {"response": {"type": "object"}}}))["list_pets"]

    assert (pets.response, pets.responses) == ({"type": "object"}, None)


def test_another_route_takes_only_the_parameters_that_it_has(tmp_path: Path) -> None:
    over = {"route": "GET /pet", "upstream": "GET /pets/1.json"}
    described = {"name": "petId", "in": "path", "schema": {"type": "integer"}}
    paths = {"/pets/{petId}.json": {"get": {"operationId": "GetPet", "parameters": [described]}}}
    pet = endpoints_of(zoo(tmp_path, ["GetPet"], {"get_pet": over}, paths=paths))["get_pet"]

    assert (pet.route, pet.path) == ("GET /pet", {})


def test_another_route_leaves_the_vendor_where_it_is(tmp_path: Path) -> None:
    pets = endpoints_of(zoo(tmp_path, ["ListPets"], {"list_pets": {"route": "GET /animals"}}))["list_pets"]

    assert (pets.route, pets.upstream) == ("GET /animals", "GET /pets")


def test_an_operation_is_taken_once_however_often_it_is_meant(tmp_path: Path) -> None:
    assert list(endpoints_of(zoo(tmp_path, ["ListPets", "/pets", "GET /pets"]))) == ["list_pets"]


def test_two_with_one_route_are_told_unless_the_file_parts_them(tmp_path: Path) -> None:
    write(tmp_path)
    (problem,) = refused(tmp_path, config(["GetPet", "OtherPet"]))
    assert (problem.code, problem.place.line) == ("GW223", 6)
    assert "its route would be that of `GetPet`" in problem.message

    found = loaded(tmp_path, config(["GetPet", "OtherPet"], {"other_pet": {"route": "GET /other/{petId}"}}))
    assert len(endpoints_of(found)) == 2


def test_an_example_that_does_not_fit_is_left_out(tmp_path: Path) -> None:
    assert endpoints_of(zoo(tmp_path, ["ListPets"]))["list_pets"].examples == {}
    fitting = {
        "content": {"application/json": {"schema": PET, "examples": {"a": {"value": 1}, "b": {"value": {"id": 1}}}}}
    }
    paths = {"/pets": {"get": {"operationId": "ListPets", "responses": {"200": fitting}}}}
    assert endpoints_of(zoo(tmp_path, ["ListPets"], paths=paths))["list_pets"].examples == {"reply": {"id": 1}}


def test_the_document_is_watched_and_part_of_the_digest(tmp_path: Path) -> None:
    before = zoo(tmp_path, ["ListPets"])
    after = zoo(tmp_path, ["ListPets"], info={"title": "changed"})

    assert tmp_path / "specs" / "zoo.json" in before.files
    assert before.config.digest != after.config.digest


def test_a_document_is_beside_the_file_that_names_it(tmp_path: Path) -> None:
    inner = tmp_path / "vendors"
    inner.mkdir()
    write(inner)
    (inner / "zoo.yaml").write_text(
        "integrations: {zoo: {base_url: https://zoo.example, openapi: {document: specs/zoo.json, operations: [/pets]}}}"
    )

    assert list(endpoints_of(loaded(tmp_path, "version: 1\ninclude: [vendors/*.yaml]\n"))) == ["list_pets"]


def test_a_document_that_is_missing_is_watched_until_it_is_there(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, config(["ListPets"]))

    assert (problem.code, problem.place.line) == ("GW220", 6)


def test_a_large_union_of_references_stays_small(tmp_path: Path) -> None:
    """Filled in, each of these schemas would hold the next one ten times."""
    schemas = {
        f"S{n}": {
            "type": "object",
            "properties": {f"p{m}": {"$ref": f"#/components/schemas/S{n + 1}"} for m in range(10)},
        }
        for n in range(12)
    }
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}
    paths = {"/a": {"get": {"operationId": "A", "responses": {"200": answer}}}}
    found = endpoints_of(zoo(tmp_path, ["A"], paths=paths, components={"schemas": schemas}))["a"].response

    assert found is not None
    assert len(found["$defs"]) == 11


@pytest.mark.parametrize("credential", ["", "credential: {use: bearer, token: t}"])
def test_a_credential_that_is_missing_is_told_once(tmp_path: Path, credential: str) -> None:
    components = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}
    write(tmp_path, components=components, security=[{"key": []}])
    text = config(["ListPets", "GetPet"]).replace("openapi:", f"{credential}\n        openapi:")
    missing = [problem for problem in loaded(tmp_path, text).warnings if problem.code == "GW224"]

    assert [problem.hint for problem in missing] == (
        [] if credential else ['credential: {use: bearer, token: "${ZOO_API_KEY}"}']
    )
