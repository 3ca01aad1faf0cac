"""One gateway for all tests of the wire, before one raw vendor, which has heard nothing when a test begins."""

from collections.abc import Iterator

import pytest

from tests.wire.vendors import Wire, wire
from tests.wire.world import CASES, CONFIG


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wire(tmp_path_factory.mktemp("wire"), CONFIG, CASES) as found:
        yield found


@pytest.fixture(name="wire")
def fresh(shared: Wire) -> Wire:
    shared.vendor.seen.clear()
    shared.shut_gate()
    return shared
