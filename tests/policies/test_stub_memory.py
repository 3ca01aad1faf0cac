"""What is changed or deleted at a stubbed vendor stays so, and its lists know."""

from typing import Any

import pytest

from gateway import Answer, JsonSchema
from gateway.paging import OffsetPaging
from tests.kit import call, run
from tests.policies.crm import ADA, COLLECTION, CONTACT, ITEM, OTHER, Crm, asked, value_of


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST"])
def test_what_was_changed_stays_changed(method: str) -> None:
    async def main() -> None:
        crm = Crm()
        read = crm.endpoint("GET", ITEM, examples={"reply": ADA})
        change = crm.endpoint(method, ITEM, examples={"reply": ADA})

        changed = await asked(change, {"name": "Grace"}, id=OTHER)

        assert changed == {"id": OTHER, "name": "Grace"}
        assert await asked(read, id=OTHER) == changed

    run(main())


def test_a_change_without_an_answer_is_remembered_too() -> None:
    async def main() -> None:
        crm = Crm()
        read = crm.endpoint("GET", ITEM, examples={"reply": ADA})
        made = await asked(crm.endpoint("POST", COLLECTION, examples={"reply": ADA}), {})

        reply = await crm.endpoint("PATCH", ITEM, None, 204)(call(payload={"name": "Grace"}, path={"id": made["id"]}))

        assert (reply.status, reply.body) == (204, b"")
        assert (await asked(read, id=made["id"]))["name"] == "Grace"

    run(main())


def test_a_thing_without_a_collection_can_be_changed() -> None:
    async def main() -> None:
        crm = Crm()
        read = crm.endpoint("GET", "/api/v1/crm/settings", examples={"reply": ADA})

        await asked(crm.endpoint("PATCH", "/api/v1/crm/settings", examples={"reply": ADA}), {"name": "Grace"})

        assert (await asked(read))["name"] == "Grace"

    run(main())


@pytest.mark.parametrize("answer", [Answer(status=204), Answer(status=200, schema=CONTACT)])
def test_what_was_deleted_is_gone(answer: Answer) -> None:
    async def main() -> None:
        crm = Crm()
        read = crm.endpoint("GET", ITEM)
        delete = crm.endpoint("DELETE", ITEM, answer)
        change = crm.endpoint("PATCH", ITEM)
        notes = crm.endpoint("GET", f"{ITEM}/notes")
        made = await asked(crm.endpoint("POST", COLLECTION), {"name": "Ada"})
        one = call(path={"id": made["id"]}, payload={"name": "Grace"})

        first = await delete(one)

        assert first.status == answer.status
        assert not first.body or value_of(first) == made
        assert [(await handler(one)).status for handler in (delete, read, change, notes)] == [404] * 4

    run(main())


def test_a_vendors_404_is_json() -> None:
    async def main() -> None:
        delete = Crm().endpoint("DELETE", ITEM, Answer(status=204))
        await delete(call(path={"id": OTHER}))

        reply = await delete(call(path={"id": OTHER}))

        assert reply.header(b"content-type") == b"application/json"
        assert value_of(reply)["status"] == 404

    run(main())


@pytest.mark.parametrize(("method", "route"), [("POST", COLLECTION), ("PUT", ITEM)])
def test_what_was_deleted_can_be_made_again(method: str, route: str) -> None:
    async def main() -> None:
        crm = Crm()
        read = crm.endpoint("GET", ITEM)
        await crm.endpoint("DELETE", ITEM)(call(path={"id": OTHER}))

        await asked(crm.endpoint(method, route), {"id": OTHER, "name": "Back"}, id=OTHER)

        assert (await asked(read, id=OTHER))["name"] == "Back"

    run(main())


@pytest.mark.parametrize("page", [False, True])
def test_a_list_knows_what_was_made_changed_and_deleted(page: bool) -> None:
    people: JsonSchema = {"type": "array", "items": CONTACT}
    schema = {"type": "object", "properties": {"people": people, "next": {}}} if page else people
    example: Any = (
        {"people": [ADA, {"id": OTHER, "name": "Bo"}], "next": None} if page else [ADA, {"id": OTHER, "name": "Bo"}]
    )

    async def main() -> Any:
        crm = Crm()
        lists = crm.endpoint("GET", COLLECTION, schema, examples={"reply": example})
        change = crm.endpoint("PATCH", ITEM, examples={"reply": ADA})
        made = await asked(crm.endpoint("POST", COLLECTION), {"name": "Cy"})
        await asked(change, {"name": "Bea"}, id=OTHER)
        await crm.endpoint("DELETE", ITEM)(call(path={"id": ADA["id"]}))
        found = await asked(lists)
        things = found["people"] if page else found
        assert [thing["name"] for thing in things] == ["Bea", "Cy"]
        assert things[-1] == made

    run(main())


def test_a_list_stays_as_long_as_it_may_be() -> None:
    async def main() -> None:
        crm = Crm()
        crm.endpoint("GET", ITEM)
        schema = {"type": "array", "items": CONTACT, "maxItems": 2}
        lists = crm.endpoint("GET", COLLECTION, schema, examples={"reply": [ADA]})
        for _ in range(3):
            await asked(crm.endpoint("POST", COLLECTION), {})

        assert len(await asked(lists)) == 2

    run(main())


def test_the_things_of_one_owner_are_not_those_of_another() -> None:
    async def main() -> None:
        crm = Crm()
        route = "/api/v1/crm/users/{user}/contacts"
        create, lists = crm.endpoint("POST", route), crm.endpoint("GET", route, {"type": "array", "items": CONTACT})
        crm.endpoint("GET", f"{route}/{{id}}")

        made = await asked(create, {"name": "Ada"}, user="a/b")

        assert made in await asked(lists, user="a/b")
        assert made not in await asked(lists, user="a")

    run(main())


def test_a_question_that_is_a_post_makes_nothing() -> None:
    async def main() -> None:
        crm = Crm()
        search = crm.endpoint("POST", "/api/v1/crm/search", examples={"reply": ADA})

        assert await asked(search, {"name": "Grace"}) == {"id": ADA["id"], "name": "Grace"}
        assert await asked(search, {}) == ADA

    run(main())


def test_integrations_share_nothing() -> None:
    async def main() -> None:
        crm = Crm()
        other = crm.endpoint("GET", ITEM, integration="other", examples={"reply": ADA})

        await asked(crm.endpoint("PATCH", ITEM), {"name": "Grace"}, id=OTHER)

        assert (await asked(other, id=OTHER))["name"] == "Ada"

    run(main())


def test_a_reload_forgets_nothing() -> None:
    async def main() -> None:
        before = Crm()
        await asked(before.endpoint("PATCH", ITEM), {"name": "Grace"}, id=OTHER)

        after = Crm(before.kit)

        assert (await asked(after.endpoint("GET", ITEM), id=OTHER))["name"] == "Grace"

    run(main())


def test_only_the_last_thousand_are_remembered() -> None:
    async def main() -> None:
        crm = Crm()
        read, create = crm.endpoint("GET", ITEM, examples={"reply": ADA}), crm.endpoint("POST", COLLECTION)
        made = [await asked(create, {"name": "new"}) for _ in range(1001)]

        assert (await asked(read, id=made[0]["id"]))["name"] == "Ada"
        assert (await asked(read, id=made[1]["id"]))["name"] == "new"

    run(main())


def test_what_has_pages_stays_a_list() -> None:
    async def main() -> None:
        crm = Crm()
        read = crm.endpoint("GET", ITEM, {}, paging=OffsetPaging(parameter="skip"))
        await asked(crm.endpoint("PATCH", ITEM, examples={"reply": ADA}), {"name": "Grace"}, id=OTHER)

        assert await asked(read, id=OTHER) == []

    run(main())
