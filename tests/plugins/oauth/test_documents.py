"""What the document says of connections is true: of every answer to everything that it allows, and that it does not."""

from pathlib import Path
from typing import Any

import schemathesis
from openapi_spec_validator import validate

from gateway.openapi.document import document
from gateway.openapi.pages import with_pages
from gateway_oauth.connections import connection_pages
from gateway_oauth.pages import flow_pages
from tests.contract.exercise import PHASES, config, exercise
from tests.plugins.oauth.answering import brought, browser_of
from tests.plugins.oauth.dealing import Provided
from tests.plugins.oauth.house import PUBLIC, House
from tests.plugins.oauth.window import window

KEY = {"openapi": {"key": {"api_key": "crm:act-as admin"}}}


def documented() -> dict[str, Any]:
    provided = Provided().dealings
    pages = (*flow_pages(provided), *connection_pages(provided))
    return with_pages(document("Integration gateway", "1", PUBLIC, (), keyless=False), pages)


def test_it_is_a_valid_document() -> None:
    validate(documented())


def test_the_pages_for_browsers_are_no_part_of_it() -> None:
    assert {*documented()["paths"]} == {
        "/connect-links", "/connections", "/connections/{id}", "/connections/{id}/refresh",
    }  # fmt: skip


def test_every_answer_is_as_it_says(house: House, tmp_path: Path) -> None:
    with browser_of(house) as browser:
        brought(browser, house)
    with window(house) as address:
        settings = config(examples=5, seed=7, directory=tmp_path, auth=KEY, **{"base-url": address})
        found = exercise(schemathesis.openapi.from_dict(documented(), config=settings))

    assert [one.text for one in found.failures] == []
    assert found.phases >= PHASES
    assert len(found.operations) == 6
