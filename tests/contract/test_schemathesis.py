"""The document is true: whatever it allows is accepted, whatever it forbids is refused, every answer is as it says."""

from pathlib import Path

import schemathesis

from gateway.app import Application
from gateway.launch import Launch
from tests.contract.exercise import PHASES, STUBBED, Found, config, exercise
from tests.running import SHIPPED, running

IN_PROCESS = "http://127.0.0.1:8000"


def _assert_true(found: Found, operations: int) -> None:
    assert found.failures == []
    assert found.phases >= PHASES
    assert len(found.operations) == operations


def test_the_shipped_config_keeps_its_promises(tmp_path: Path) -> None:
    application = Application(Launch(config=SHIPPED, environ=STUBBED, public_url=IN_PROCESS))
    settings = config(examples=10, seed=11, directory=tmp_path, **{"base-url": IN_PROCESS})
    schema = schemathesis.openapi.from_asgi(
        "/openapi.json", application, config=settings, headers={"Host": "localhost"}
    )

    _assert_true(exercise(schema), len(application.plans.endpoints))


def test_it_keeps_them_over_a_socket(tmp_path: Path) -> None:
    settings = config(examples=2, seed=12, directory=tmp_path)
    with running(SHIPPED, STUBBED) as gateway:
        schema = schemathesis.openapi.from_url(f"{gateway.url}/openapi.json", config=settings)
        found = exercise(schema)

    _assert_true(found, schema.statistic.operations.total)
