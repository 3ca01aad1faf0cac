"""What is created at a stubbed vendor gets an id of its own and can be read back."""

from typing import Any

import jsonschema_rs
import pytest

from gateway import Parameter
from tests.kit import run
from tests.policies.crm import ADA, COLLECTION, ITEM, OTHER, UUID, Crm, asked


def test_what_was_created_can_be_read_back() -> None:
    async def main() -> None:
        crm = Crm()
        create = crm.endpoint("POST", COLLECTION, status=201, examples={"reply": ADA})
        read = crm.endpoint("GET", ITEM, examples={"reply": ADA})

        made = await asked(create, {"name": "Zoë", "age": 2**63, "unknown": 1})

        assert made["id"] != ADA["id"]
        assert (made["name"], made["age"]) == ("Zoë", 2**63)
        assert "unknown" not in made
        assert await asked(read, id=made["id"]) == made

    run(main())


def test_every_created_thing_has_an_id_of_its_own() -> None:
    async def main() -> None:
        crm = Crm()
        create = crm.endpoint("POST", COLLECTION)
        crm.endpoint("GET", ITEM)

        ids = {(await asked(create, {"name": "Ada"}))["id"] for _ in range(50)}

        assert len(ids) == 50
        assert all(jsonschema_rs.is_valid(UUID, one, validate_formats=True) for one in ids)

    run(main())


def test_the_same_calls_get_the_same_answers_in_another_process() -> None:
    async def main() -> Any:
        crm = Crm()
        crm.endpoint("GET", ITEM)
        return [await asked(crm.endpoint("POST", COLLECTION), {"name": "Ada"}) for _ in range(3)]

    assert run(main()) == run(main())


def test_an_id_that_the_caller_chose_is_kept() -> None:
    async def main() -> None:
        crm = Crm()
        crm.endpoint("GET", ITEM)

        assert (await asked(crm.endpoint("POST", COLLECTION), {"id": OTHER}))["id"] == OTHER

    run(main())


def test_an_id_that_cannot_stand_in_the_path_is_not_kept() -> None:
    async def main() -> None:
        crm = Crm()
        crm.endpoint("GET", ITEM)

        assert (await asked(crm.endpoint("POST", COLLECTION), {"id": "../x"}))["id"] != "../x"

    run(main())


def test_a_field_that_would_break_the_answer_is_dropped() -> None:
    async def main() -> None:
        crm = Crm()
        crm.endpoint("GET", ITEM)
        create = crm.endpoint("POST", COLLECTION, examples={"reply": ADA})

        made = await asked(create, {"name": "x" * 21, "age": 36})

        assert (made["name"], made["age"]) == ("Ada", 36)

    run(main())


@pytest.mark.parametrize("parameter", ["id", "sid", "contact"])
def test_the_id_is_the_property_named_like_the_parameter_else_id_else_sid(parameter: str) -> None:
    schema = {"type": "object", "required": [parameter], "properties": {parameter: {"type": "string"}}}
    pattern = {"type": "string", "pattern": "^AC[0-9a-f]{32}$"}
    route = f"{COLLECTION}/{{contact}}"
    declared = (Parameter(name="contact", place="path", vendor="contact", schema=pattern),)

    async def main() -> None:
        crm = Crm()
        read = crm.endpoint("GET", route, schema, parameters=declared)

        made = await asked(crm.endpoint("POST", COLLECTION, schema), {})

        assert jsonschema_rs.is_valid(pattern, made[parameter])
        assert await asked(read, contact=made[parameter]) == made

    run(main())


def test_an_id_may_be_a_number() -> None:
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1000}}}
    declared = (Parameter(name="id", place="path", vendor="id", schema={"type": "integer"}),)

    async def main() -> None:
        crm = Crm()
        read = crm.endpoint("GET", ITEM, schema, parameters=declared)

        made = await asked(crm.endpoint("POST", COLLECTION, schema), {})

        assert made["id"] >= 1000
        assert await asked(read, id=str(made["id"])) == made
        assert await asked(read, id="4711") == {"id": 4711}

    run(main())


def test_what_nobody_created_is_there_with_the_id_that_was_asked_for() -> None:
    async def main() -> None:
        read = Crm().endpoint("GET", ITEM, examples={"reply": ADA})

        assert await asked(read, id=OTHER) == {"id": OTHER, "name": "Ada"}

    run(main())
