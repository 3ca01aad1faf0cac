"""An empty database of either kind for each test."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.postgres import Postgres, postgres_server


@pytest.fixture(scope="session", name="postgres")
def served() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session", name="numbers")
def numbered() -> Iterator[int]:
    return iter(count())


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, numbers: Iterator[int]) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new/gateway.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.database(f"test{next(numbers)}")
