"""Callers see and change the connections of those for whom they may act, and nobody else's."""

from typing import Any

import httpx
import pytest

from tests.plugins.oauth.answering import brought, browser_of
from tests.plugins.oauth.dealing import MARK, Provided
from tests.plugins.oauth.house import PUBLIC, House

USERS = ("ann", "bob")


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def listed(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["user"] for one in answer.json()["connections"]]


@pytest.fixture(name="full")
def with_connections(house: House) -> House:
    """Ann and Bob have connected accounts; `crm` itself has left a secret for the voice service."""
    with browser_of(house) as browser:
        for user in USERS:
            brought(browser, house, user)
    with house.caller() as caller:
        assert caller.put("/connections/voice", json={"secret": f"{MARK}-own"}).status_code == 201
    return house


def ids(house: House) -> dict[str, str]:
    return {one.user: one.id for one in house.run(house.kit.stored.connections.every())}


class TestSeeing:
    def test_a_caller_who_acts_for_a_user_sees_those_of_that_user(self, full: House) -> None:
        with full.caller(user="ann") as caller:
            assert listed(caller.get("/connections")) == ["ann"]
            assert caller.get(f"/connections/{ids(full)['ann']}").json()["user"] == "ann"

    def test_those_of_other_users_are_not_there_for_him(self, full: House) -> None:
        with full.caller(user="ann") as caller:
            for other in ("bob", "crm"):
                path = f"/connections/{ids(full)[other]}"
                assert slug(caller.get(path)) == (404, "no-such-connection")
                assert slug(caller.delete(path)) == (404, "no-such-connection")
                assert slug(caller.post(f"{path}/refresh")) == (404, "no-such-connection")
            assert slug(caller.get("/connections?user=bob")) == (403, "scope-missing")

        assert len(ids(full)) == 3

    def test_one_who_acts_for_nobody_sees_his_own(self, full: House) -> None:
        with full.caller() as caller:
            assert listed(caller.get("/connections")) == ["crm"]

    def test_who_runs_the_gateway_sees_all_of_them_or_those_of_one_user(self, full: House) -> None:
        with full.caller("ops", may="admin act-as") as caller:
            assert sorted(listed(caller.get("/connections"))) == ["ann", "bob", "crm"]
            assert listed(caller.get("/connections?user=bob")) == ["bob"]
            assert sorted(listed(caller.get("/connections?provider=acme"))) == ["ann", "bob"]
            assert caller.get(f"/connections/{ids(full)['bob']}").status_code == 200
        with full.caller("ops", user="bob", may="admin act-as") as caller:
            assert listed(caller.get("/connections")) == ["bob"]

    def test_a_list_comes_in_pages(self, full: House) -> None:
        seen: list[str] = []
        after = ""
        with full.caller("ops", may="admin") as caller:
            for _ in range(3):
                page = caller.get("/connections", params={"limit": 1, "after": after}).json()
                seen += [one["id"] for one in page["connections"]]
                after = page["next"] or after
        assert seen == sorted(ids(full).values())
        assert page["next"] is None

    def test_without_a_key_there_is_nothing(self, full: House) -> None:
        with httpx.Client(base_url=PUBLIC, transport=httpx.MockTransport(full.serve)) as stranger:
            assert slug(stranger.get("/connections")) == (401, "unauthenticated")
            assert slug(stranger.post("/connect-links", json={"provider": "acme"})) == (401, "unauthenticated")

    def test_no_answer_holds_a_token(self, full: House) -> None:
        with full.caller("ops", may="admin") as caller:
            answers = [caller.get("/connections"), *(caller.get(f"/connections/{one}") for one in ids(full).values())]

        assert MARK not in "".join(f"{answer.text}{answer.headers}" for answer in answers)
        assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}

    def test_an_integration_stands_for_the_connection_that_its_user_has_there(self, full: House) -> None:
        with full.caller(user="ann") as caller:
            told = caller.get("/connections/acme-mail").json()
            assert told["id"] == ids(full)["ann"]
            assert told["integrations"] == ["acme-calendar", "acme-mail"]
            assert slug(caller.get("/connections/voice")) == (404, "no-such-connection")
            assert slug(caller.get("/connections/crm")) == (404, "no-such-connection")


class TestStatuses:
    def told(self, house: House) -> Any:
        with house.caller(user="ann") as caller:
            return caller.get("/connections/acme-calendar").json()

    def test_one_that_is_about_to_be_renewed_is_expiring(self, full: House) -> None:
        assert self.told(full)["status"] == "active"
        full.until(1_900_000_000 - 59)
        assert self.told(full)["status"] == "expiring"

    def test_scopes_that_came_later_are_missing(self, full: House, provided: Provided) -> None:
        assert self.told(full)["missing_scopes"] == []
        full.serve_only("acme-calendar", scopes=("calendar.events", "calendar.free-busy"))
        assert self.told(full)["missing_scopes"] == ["calendar.free-busy"]
        assert self.told(full)["integrations"] == ["acme-calendar"]


class TestLinks:
    @pytest.mark.parametrize("body", [{"provider": "acme"}, {"integration": "acme-mail"}])
    def test_one_is_made_for_a_provider_or_an_integration_of_it(self, house: House, body: dict[str, str]) -> None:
        with house.caller(user="ann") as caller:
            answer = caller.post("/connect-links", json=body)

        assert answer.status_code == 201
        assert answer.json()["connect_url"].startswith(f"{PUBLIC}/connect/")
        assert answer.json()["expires_at"].endswith("Z")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"provider": "acme", "integration": "acme-mail"},
            {"provider": "acme", "more": 1},
            {"provider": None},
            {"provider": ""},
            {"provider": 1},
            {"provider": "acme", "user": ""},
            {"provider": "acme", "user": "line\nbreak"},
            {"provider": "acme", "user": "x" * 256},
            {"provider": "acme", "return_to": 1},
            [],
            "acme",
            None,
        ],
    )
    def test_a_body_that_is_not_as_documented_is_refused_with_what_would_be_right(
        self, house: House, body: Any
    ) -> None:
        with house.caller(user="ann") as caller:
            answer = caller.post("/connect-links", json=body)

        assert slug(answer) == (400, "invalid-request")
        assert answer.json()["errors"]

    @pytest.mark.parametrize("body", [{"provider": "other"}, {"integration": "crm"}, {"integration": "voice"}])
    def test_there_is_none_for_what_takes_no_consent(self, house: House, body: dict[str, str]) -> None:
        with house.caller(user="ann") as caller:
            assert slug(caller.post("/connect-links", json=body)) == (404, "no-such-connection")

    def test_only_with_act_as_for_another_user(self, house: House) -> None:
        body = {"provider": "acme", "user": "bob"}
        with house.caller(may="") as caller, house.caller() as trusted:
            assert slug(caller.post("/connect-links", json=body)) == (403, "scope-missing")
            assert caller.post("/connect-links", json={"provider": "acme"}).status_code == 201
            assert trusted.post("/connect-links", json=body).status_code == 201

    @pytest.mark.parametrize("user", ["x" * 256, " ann", "ann "])
    def test_a_user_in_the_header_field_is_one_that_can_be_told_apart(self, house: House, user: str) -> None:
        with house.caller() as caller:
            answer = caller.post("/connect-links", json={"provider": "acme"}, headers={"x-gateway-user": user})

        assert slug(answer) == (400, "invalid-request")


class TestSecrets:
    def test_a_user_leaves_his_own_secret_sealed(self, full: House) -> None:
        with full.caller() as caller:
            again = caller.put("/connections/voice", json={"secret": "another"})
        (kept,) = full.run(full.kit.stored.connections.every(user="crm"))

        assert (again.status_code, again.json()["id"]) == (200, kept.id)
        assert (kept.provider, kept.version, kept.expires_at) == ("stored:voice", 2, None)
        assert b"another" not in kept.sealed
        assert again.json()["provider"] == "voice"

    @pytest.mark.parametrize("body", [{}, {"secret": ""}, {"secret": "a\nb"}, {"secret": "x" * 8193}, {"token": "x"}])
    def test_what_no_header_field_can_carry_is_refused(self, house: House, body: dict[str, str]) -> None:
        with house.caller() as caller:
            assert slug(caller.put("/connections/voice", json=body)) == (400, "invalid-request")

    @pytest.mark.parametrize("integration", ["acme-mail", "crm", "nothing"])
    def test_only_where_an_integration_takes_one(self, house: House, integration: str) -> None:
        with house.caller() as caller:
            answer = caller.put(f"/connections/{integration}", json={"secret": "x"})

        assert slug(answer) == (404, "no-such-connection")


def test_a_deleted_one_is_given_back_forgotten_and_noted(full: House, provided: Provided) -> None:
    which = ids(full)["ann"]
    with full.caller(user="ann") as caller:
        answer = caller.delete(f"/connections/{which}")

    (entry, *_) = full.run(full.kit.stored.audit.every())
    assert (answer.status_code, answer.content) == (204, b"")
    assert provided.revoked == [which]
    assert (entry.action, entry.target, entry.who) == ("connection.removed", which, "crm")
    assert provided.changed[-1] == which


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=1&limit=2", "more=1", "user=", "user=%00"])
def test_a_query_that_is_not_as_documented_is_refused(house: House, query: str) -> None:
    with house.caller("ops", may="admin") as caller:
        assert slug(caller.get(f"/connections?{query}")) == (400, "invalid-request")
        assert slug(caller.get("/connections/acme-mail?more=1")) == (400, "invalid-request")
