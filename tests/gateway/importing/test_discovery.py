"""Google's discovery documents: an input format of its own, said once more as OpenAPI."""

from typing import Any

from gateway.importing import Converters, Document, imported
from gateway.loading.compiling import pattern_works

ROOT: dict[str, Any] = {
    "kind": "discovery#restDescription",
    "name": "shelf",
    "version": "v1",
    "rootUrl": "https://shelf.googleapis.example/",
    "servicePath": "shelf/v1/",
    "auth": {"oauth2": {"scopes": {"https://auth.example/shelf": {}}}},
    "parameters": {"alt": {"type": "string", "location": "query"}, "fields": {"type": "string", "location": "query"}},
    "schemas": {
        "Book": {
            "id": "Book",
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "pages": {"type": "string", "format": "int64"},
                "cover": {"type": "string", "format": "byte"},
                "sequels": {"type": "array", "items": {"$ref": "Book"}},
                "notes": {"type": "object", "additionalProperties": {"type": "any"}},
            },
        }
    },
    "resources": {
        "books": {
            "methods": {
                "list": {
                    "id": "shelf.books.list",
                    "path": "books",
                    "httpMethod": "GET",
                    "description": "Lists the books. All of them.",
                    "parameters": {
                        "max": {
                            "type": "integer",
                            "location": "query",
                            "minimum": "1",
                            "maximum": "50",
                            "default": "10",
                        },
                        "genre": {"type": "string", "location": "query", "repeated": True, "enum": ["a", "b"]},
                        "deleted": {"type": "boolean", "location": "query", "default": "false"},
                    },
                    "response": {"$ref": "Book"},
                },
                "move": {
                    "id": "shelf.books.move",
                    "path": "{+name}:move",
                    "flatPath": "shelves/{shelvesId}:move",
                    "httpMethod": "POST",
                    "parameters": {"name": {"type": "string", "location": "path", "required": True}},
                    "request": {"$ref": "Book"},
                },
            },
            "resources": {
                "pages": {
                    "methods": {"get": {"id": "shelf.books.pages.get", "path": "pages/{id}", "httpMethod": "GET"}}
                }
            },
        }
    },
}


def endpoints(base_url: str = "https://shelf.googleapis.example/shelf/v1") -> dict[str, dict[str, Any]]:
    found = Document(ROOT)
    converters = Converters.of(found, pattern_works)
    taken = [imported(operation, found, converters, base_url) for operation in found.operations]
    return {one.name: one.endpoint for one in taken}


def test_methods_of_every_depth_are_operations() -> None:
    assert list(endpoints()) == ["shelf_books_list", "shelf_books_move", "shelf_books_pages_get"]
    assert Document(ROOT).operations[2].tags == ("books.pages",)


def test_numbers_written_as_texts_are_numbers_and_a_repeated_parameter_is_a_list() -> None:
    assert endpoints()["shelf_books_list"]["query"] == {
        "fields": {"type": "string"},
        "max": {"type": "integer", "minimum": 1, "maximum": 50, "description": "The vendor's default is `10`."},
        "genre": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        "deleted": {"type": "boolean", "description": "The vendor's default is `false`."},
    }


def test_schemas_refer_to_each_other_by_name() -> None:
    book = endpoints()["shelf_books_list"]["response"]

    assert book["properties"]["sequels"] == {"type": "array", "items": {"$ref": "#/$defs/Book"}}
    assert book["properties"]["cover"] == {"type": "string", "contentEncoding": "base64url"}
    assert book["properties"]["notes"] == {"type": "object", "additionalProperties": {}}


def test_the_flat_path_says_where_the_segments_end() -> None:
    moved = endpoints()["shelf_books_move"]

    assert (moved["route"], moved["upstream"]) == ("POST /shelves/{shelvesId}/move", "POST /shelves/{shelvesId}:move")
    assert moved["body"]["type"] == "object"
    assert moved["responses"] == {"204": {"description": "Done"}}


def test_the_services_own_path_stands_before_it() -> None:
    listed = endpoints("https://shelf.googleapis.example")["shelf_books_list"]

    assert (listed["route"], listed["upstream"]) == ("GET /books", "GET /shelf/v1/books")


def test_broken_parts_are_passed_over() -> None:
    root = {
        **ROOT,
        "schemas": 5,
        "parameters": [],
        "resources": {**ROOT["resources"], "x": 7, "y": {"methods": {"z": {}}}},
    }

    assert len(Document(root).operations) == 3
