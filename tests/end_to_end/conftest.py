"""One gateway and its vendors a module; each test begins with vendors that have heard nothing."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.world import World, world


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with world() as found:
        yield found


@pytest.fixture(name="world")
def fresh(shared: World) -> World:
    shared.vendors.forget()
    return shared
