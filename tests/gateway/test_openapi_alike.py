"""Endpoints whose routes have the same shape share a path of the document, whatever they call its parameters."""

from gateway import Parameter
from tests.gateway.documents import COLLECTION, CONTACT, ITEM, entry, written


def _described(name: str, **schema: object) -> tuple[Parameter, ...]:
    return (Parameter(name=name, place="path", vendor=name, schema={"type": "string", **schema}, required=True),)


def test_the_names_of_the_first_hold_for_all() -> None:
    first = entry(route=ITEM, parameters=_described("id", maxLength=9))
    second = entry(
        method="PUT", name="put", route=f"{COLLECTION}/{{contact}}", parameters=_described("contact", format="uuid")
    )
    third = entry(method="DELETE", name="drop", route=f"{COLLECTION}/{{it}}")

    (path,) = written(first, second, third)["paths"].values()

    assert {method: path[method]["parameters"][0]["name"] for method in path} == dict.fromkeys(path, "id")
    assert path["put"]["parameters"][0]["schema"]["format"] == "uuid"
    assert list(path) == ["get", "put", "delete"]


def test_a_link_names_a_parameter_as_the_document_does() -> None:
    first = entry(route=ITEM)
    second = entry(method="DELETE", name="drop", route=f"{COLLECTION}/{{contact}}")
    made = entry(method="POST", name="make", body=CONTACT)

    links = written(first, second, made)["paths"][COLLECTION]["post"]["responses"]["200"]["links"]

    assert links["drop"]["parameters"] == {"id": "$response.body#/id"}


def test_what_differs_in_a_literal_stays_apart() -> None:
    found = written(entry(route=ITEM), entry(name="me", route=f"{COLLECTION}/me"))

    assert set(found["paths"]) == {ITEM, f"{COLLECTION}/me"}
