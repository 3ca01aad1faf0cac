"""What breaks those who call, and what does not."""

from typing import Any

import msgspec
import pytest

from gateway.comparing import changes

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/crm/contacts/{id}": {
            "put": {
                "operationId": "crm.put",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "dry", "in": "query", "schema": {"type": "boolean", "default": False}, "explode": True},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string", "maxLength": 40},
                                    "kind": {"enum": ["person", "firm"]},
                                    "age": {"type": "number"},
                                },
                            }
                        }
                    }
                },
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
                            }
                        }
                    },
                    "404": {"$ref": "#/components/responses/404"},
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Problem": {"properties": {"type": {"type": "string"}}},
            "Item": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "size": {"type": "integer"},
                    "state": {"enum": ["on", "off"]},
                    "parent": {"$ref": "#/components/schemas/Item"},
                },
            },
        },
        "responses": {
            "404": {
                "content": {
                    "application/problem+json": {
                        "schema": {
                            "allOf": [
                                {"$ref": "#/components/schemas/Problem"},
                                {
                                    "properties": {
                                        "type": {
                                            "enum": ["http://a/problems/no-contact", "http://a/problems/not-found"]
                                        }
                                    }
                                },
                            ]
                        }
                    }
                }
            }
        },
    },
    "x-native-mounts": [{"integration": "crm", "mount": "/native/crm", "allow": ["GET /a"]}],
}
TEXT = msgspec.json.encode(DOCUMENT).decode()
CALL = "PUT /crm/contacts/{id}"


def found(old: str, new: str, *, breaks: bool) -> list[str]:
    """The changes of one kind, from the document to one with another text in it."""
    assert old in TEXT, old
    after = msgspec.json.decode(TEXT.replace(old, new))
    return [f"{one.where} {one.what}".strip() for one in changes(DOCUMENT, after) if one.breaks is breaks]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"put":', '"post":', ["is gone"]),
        ('"name":"dry"', '"name":"wet"', ["query `dry` is not known any more"]),
        ('"name":"dry","in":"query"', '"name":"dry","in":"query","required":true', ["query `dry` is required now"]),
        (
            '{"name":"dry"',
            '{"name":"x","in":"header","required":true,"schema":{}},{"name":"dry"',
            ["header `x` is new and required"],
        ),
        ('"explode":true', '"explode":false', ["query `dry` has its values in another form: `style`"]),
        ('"maxLength":40', '"maxLength":20', ["body name maxLength 40 → 20"]),
        ('"maxLength":40', '"maxLength":40,"pattern":"^a"', ["body name pattern any → ^a"]),
        ('["person","firm"]', '["person"]', ["body kind can no longer be firm"]),
        ('"type":"number"', '"type":"integer"', ["body age type number → integer"]),
        ('"type":"number"', '"type":"string"', ["body age type number → string"]),
        ('"required":["name"]', '"required":["name","kind"]', ["body kind is required now"]),
        ('"requestBody"', '"x-body"', ["body is not known any more"]),
        (
            '"required":["name"]',
            '"additionalProperties":false,"required":["name"]',
            ["body takes no further properties now"],
        ),
        ('"200":', '"201":', ["answer 200 is gone"]),
        ('"size":{"type":"integer"},', "", ["answer 200 [].size is gone"]),
        ('"size":{"type":"integer"}', '"size":{"type":"string"}', ["answer 200 [].size type integer → string"]),
        (
            '"size":{"type":"integer"}',
            '"size":{"type":["integer","null"]}',
            ["answer 200 [].size type integer → integer or null"],
        ),
        (
            '"size":{"type":"integer"}',
            '"size":{"anyOf":[{"type":"integer"},{"type":"null"}]}',
            ["answer 200 [].size type integer → integer or null"],
        ),
        ('["on","off"]', '["on","off","new"]', ["answer 200 [].state can now be new"]),
        ('"required":["id"]', '"required":[]', ["answer 200 [].id is not always there now"]),
        ('"type":"array",', "", ["answer 200 type array → any"]),
        ('"http://a/problems/no-contact",', "", ["problem `no-contact` is gone"]),
        (
            '"404":{"$ref"',
            '"410":{"$ref"',
            ["problem `no-contact` status 404 → 410", "problem `not-found` status 404 → 410"],
        ),
        ('["GET /a"]', '["GET /b"]', ["is gone"]),
    ],
)
def test_what_breaks_callers(old: str, new: str, told: list[str]) -> None:
    assert found(old, new, breaks=True) == told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"put":{', '"get":{"operationId":"crm.get","responses":{}},"put":{', ["is new"]),
        ('{"name":"dry"', '{"name":"x","in":"header","schema":{}},{"name":"dry"', ["header `x` is new"]),
        ('"default":false', '"default":true', ["query `dry` default false → true"]),
        ('"maxLength":40', '"maxLength":80', ["body name maxLength 40 → 80"]),
        ('["person","firm"]', '["person","firm","club"]', ["body kind can now be club"]),
        ('"type":"number"', '"type":["number","null"]', ["body age type number → number or null"]),
        ('"required":["name"]', '"required":[]', ["body name is not required any more"]),
        ('"kind":{', '"more":{},"kind":{', ["body more is new"]),
        ('"200":', '"201":{},"200":', ["answer 201 is new"]),
        ('"size":{', '"more":{},"size":{', ["answer 200 [].more is new"]),
        ('"operationId":"crm.put"', '"operationId":"crm.put","deprecated":true', ["is deprecated now"]),
        (
            '"http://a/problems/no-contact",',
            '"http://a/problems/no-contact","http://a/problems/gone",',
            ["problem `gone` is new: 404"],
        ),
        ('["GET /a"]', '["GET /a","GET /b"]', ["is new"]),
    ],
)
def test_what_breaks_nobody(old: str, new: str, told: list[str]) -> None:
    assert found(old, new, breaks=False) == told
    assert found(old, new, breaks=True) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{id}", "{contact}"),
        ("http://a/problems", "https://elsewhere.example/problems"),
        ('"size":{', '"size":{"description":"How large",'),
        ('["on","off"]', '["off","on"]'),
        ('"type":"integer"', '"type":["integer"]'),
        ('"properties":{"name"', '"additionalProperties":true,"properties":{"name"'),
    ],
)
def test_what_no_caller_can_tell(old: str, new: str) -> None:
    new_text = TEXT.replace(old, new).replace('"name":"id"', '"name":"contact"' if "contact" in new else '"name":"id"')
    assert changes(DOCUMENT, msgspec.json.decode(new_text)) == []


def test_a_change_names_the_endpoint_and_its_call() -> None:
    (change,) = changes(DOCUMENT, msgspec.json.decode(TEXT.replace('"maxLength":40', '"maxLength":20')))

    assert (change.subject, change.call) == ("crm.put", CALL)


def test_a_problem_of_the_gateways_own_that_cannot_occur_any_more_breaks_nobody() -> None:
    assert found(',"http://a/problems/not-found"', ',"http://a/problems/no-such-endpoint"', breaks=True) == [
        "problem `not-found` is gone"
    ]
    own = msgspec.json.decode(TEXT.replace("not-found", "quota-exceeded"))
    without = msgspec.json.decode(TEXT.replace(',"http://a/problems/not-found"', ""))
    assert changes(own, without) == []


def test_alternatives_are_compared_one_by_one() -> None:
    one = TEXT.replace('"kind":{"enum":["person","firm"]}', '"kind":{"oneOf":[{"type":"string"},{"type":"object"}]}')
    other = one.replace('{"type":"string"},{"type":"object"}', '{"type":"object"},{"type":"string","maxLength":5}')

    (change,) = changes(msgspec.json.decode(one), msgspec.json.decode(other))[:1]
    assert change.breaks
    assert change.what == 'one of the alternatives is gone: {"type": "string"}'
