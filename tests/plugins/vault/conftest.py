"""One OpenBao for all tests of a module."""

from collections.abc import Iterator

import pytest

from tests.openbao import OpenBao, openbao_server


@pytest.fixture(scope="module", name="bao")
def served() -> Iterator[OpenBao]:
    with openbao_server() as server:
        yield server
