"""What a process says of itself, in the form that the environment wants."""

import logging

import msgspec
import pytest

from gateway.serving.lines import AsJson, log_to_stderr


def line(**more: object) -> dict[str, object]:
    record = logging.LogRecord("gateway", logging.ERROR, __file__, 1, "%d circuits are open", (2,), None)
    record.__dict__.update(more)
    said: dict[str, object] = msgspec.json.decode(AsJson().format(record))
    return said


def test_a_line_in_json_has_the_members_of_an_access_line() -> None:
    said = line(created=1_777_889_472.25)

    assert said == {
        "time": "2026-05-04T10:11:12.250Z",
        "level": "error",
        "event": "log",
        "logger": "gateway",
        "message": "2 circuits are open",
    }


def test_it_names_the_request_and_the_traceback_where_there_is_one() -> None:
    error = RuntimeError("no")

    said = line(correlation_id="c-1", exc_info=(RuntimeError, error, None))

    assert said["correlation_id"] == "c-1"
    assert "RuntimeError: no" in str(said["exception"])


def test_a_form_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="GATEWAY_LOG must be text or json, got 'xml'"):
        log_to_stderr({"GATEWAY_LOG": "xml"})
