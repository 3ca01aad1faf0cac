"""An imported integration reads as if a person had written it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.editing.imported import Bundle, bundle
from gateway.editing.refusing import Refused
from gateway.importing import Document

THING = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string", "maxLength": 200}}}
ID = {"name": "ThingId", "in": "path", "required": True, "schema": {"type": "string"}}
OK = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/api.v1.Thing"}}}}
SUBMIT = {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}}


def document(paths: dict[str, Any], **more: Any) -> Document:
    return Document(
        {
            "openapi": "3.1.0",
            "info": {"title": "Things"},
            "servers": [{"url": "https://things.example/api"}],
            "components": {"schemas": {"api.v1.Thing": THING}, **more.pop("components", {})},
            "paths": paths,
            **more,
        }
    )


def operation(name: str, **more: Any) -> dict[str, Any]:
    return {"operationId": name, "responses": {"200": OK}, **more}


def endpoints(made: Bundle) -> Any:
    return made.cutting.data["endpoints"]


COLLECTION = {
    "/v1/Accounts/{AccountSid}/BigThings.json": {"get": operation("ListThing"), "post": operation("CreateThing")},
    "/v1/Accounts/{AccountSid}/BigThings/{ThingId}.json": {"parameters": [ID], "get": operation("FetchThing")},
}


def test_what_all_calls_have_in_common_goes_to_the_address() -> None:
    made = bundle(document(COLLECTION), "shop", [])

    assert made.cutting.data["base_url"] == (
        "${SHOP_BASE_URL:-https://things.example}/api/v1/Accounts/${SHOP_ACCOUNT_SID}"
    )


def test_routes_are_readable_and_the_vendors_paths_are_kept() -> None:
    made = endpoints(bundle(document(COLLECTION), "shop", []))

    assert (made["list_thing"]["route"], made["list_thing"]["upstream"]) == ("GET /big-things", "GET /BigThings.json")
    fetched = made["fetch_thing"]
    assert (fetched["route"], fetched["upstream"]) == ("GET /big-things/{thing_id}", "GET /BigThings/{thing_id}.json")


def test_a_collection_stays_with_the_parameter_that_names_one_of_it() -> None:
    paths = {f"/v1/boards/{{board}}/{name}": {"get": operation(name)} for name in ("cards", "lists")}
    made = bundle(document(paths), "shop", [])

    assert made.cutting.data["base_url"].endswith("https://things.example}/api/v1")
    assert endpoints(made)["cards"]["route"] == "GET /boards/{board}/cards"


def test_equal_schemas_lie_in_one_file_that_is_named_as_the_vendor_does() -> None:
    made = bundle(document(COLLECTION), "shop", [])

    assert {one["response"]["$ref"] for one in endpoints(made).values()} == {"schemas/shop/thing.json"}
    (text,) = made.schemas.values()
    assert msgspec.json.decode(text)["properties"].keys() == {"id", "name"}


def test_a_short_schema_stays_where_it_is_used() -> None:
    answer = {"content": {"application/json": {"schema": {"type": "array"}}}}
    made = bundle(document({"/x": {"get": {"operationId": "x", "responses": {"200": answer}}}}), "shop", [])

    assert endpoints(made)["x"]["response"] == {"type": "array"}
    assert made.schemas == {}


def test_a_form_is_sent_as_one() -> None:
    made = bundle(document({"/x": {"post": operation("x", requestBody=SUBMIT)}}), "shop", [])

    assert endpoints(made)["x"]["send"] == {"encode": "form"}


def test_the_credential_is_what_the_document_asks_for() -> None:
    schemes = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
    made = bundle(document({"/x": {"get": operation("x")}}, components=schemes, security=[{"key": []}]), "shop", [])

    assert made.cutting.data["credential"] == {"use": "header", "name": "X-Key", "value": "${SHOP_API_KEY}"}


def test_what_cannot_be_taken_over_is_said_and_the_rest_is_taken() -> None:
    odd = operation("odd", requestBody={"content": {"application/xml": {"schema": {}}}})
    made = bundle(document({"/x": {"get": operation("x"), "post": odd}}), "shop", [])

    assert endpoints(made).keys() == {"x"}
    assert "`odd` is left out" in made.notes[0]


def test_an_operation_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(Refused, match=r"no operation `ListThings`; did you mean `ListThing`\?"):
        bundle(document(COLLECTION), "shop", ["ListThings"])


def test_schema_files_lie_in_a_folder_of_the_integration() -> None:
    assert list(bundle(document(COLLECTION), "shop", ["ListThing"]).schemas) == [Path("schemas/shop/thing.json")]


def test_a_vendors_words_are_never_references() -> None:
    odd = operation("x", summary="Things of ${SECRET}", parameters=[{**ID, "in": "query", "description": "${HOME}"}])
    made = bundle(document({"/x": {"get": odd}}, info={"title": "${TITLE}"}), "shop", [])

    assert made.cutting.data["title"] == "$${TITLE}"
    assert endpoints(made)["x"]["summary"] == "Things of $${SECRET}"
    assert endpoints(made)["x"]["query"]["ThingId"]["description"] == "$${HOME}"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://{region}.things.example/v1", "${SHOP_BASE_URL:-https://eu.things.example}/v1"),
        ("https://ann:secret@things.example", "${SHOP_BASE_URL:-https://things.example}"),
        ("https://[", "${SHOP_BASE_URL:-https://api.example.com}"),
    ],
)
def test_the_address_is_the_servers_without_what_does_not_belong_there(url: str, address: str) -> None:
    server = {"url": url, "variables": {"region": {"default": "eu"}}}
    made = bundle(document({"/x": {"get": operation("x")}}, servers=[server]), "shop", [])

    assert made.cutting.data["base_url"] == address
