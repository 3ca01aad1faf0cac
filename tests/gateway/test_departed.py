"""A worker that dies takes nothing with it that was counted, and nothing is counted twice."""

from pathlib import Path

from gateway.departed import Departed, Told
from gateway.telemetry import Family, Line


def told(born: str, asked: float, busy: float = 0.0) -> Told:
    counted = Family("asked", "Asked", "counter", "sum", (Line("asked_total", (), asked),))
    now = Family("busy", "Busy", "gauge", "sum", (Line("busy", (), busy),))
    return Told(born, [counted, now])


def values(families: list[Family]) -> dict[str, float]:
    return {line.name: line.value for family in families for line in family.lines}


def test_a_worker_that_comes_back_as_another_process_leaves_behind_what_it_had_counted() -> None:
    departed = Departed()
    departed.together({0: told("a", 10), 1: told("b", 5, busy=3)})

    assert values(departed.together({0: told("a", 11), 1: told("c", 1, busy=1)})) == {"asked_total": 17, "busy": 1}
    assert values(departed.together({0: told("a", 11), 1: told("d", 0)})) == {"asked_total": 17, "busy": 0}


def test_a_silent_worker_is_told_as_it_was_but_not_what_it_is_doing() -> None:
    departed = Departed()
    departed.together({0: told("a", 10), 1: told("b", 5, busy=3)})

    assert values(departed.together({0: told("a", 10)})) == {"asked_total": 15, "busy": 0}
    assert values(departed.together({0: told("a", 10), 1: told("b", 6)})) == {"asked_total": 16, "busy": 0}


def test_the_one_that_remembers_may_die_too(tmp_path: Path) -> None:
    file = tmp_path / "metrics"
    Departed(file).together({-1: told("a", 10), 1: told("b", 5)})

    assert values(Departed(file).together({-1: told("z", 1), 1: told("b", 6)})) == {"asked_total": 17, "busy": 0}
    assert [path.name for path in tmp_path.iterdir()] == ["metrics"]


def test_a_broken_memory_is_none(tmp_path: Path) -> None:
    file = tmp_path / "metrics"
    file.write_bytes(b"\xc1 half written")

    assert values(Departed(file).together({0: told("a", 1)})) == {"asked_total": 1, "busy": 0}
