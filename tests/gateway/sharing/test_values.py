"""Values are kept for their time, and never more of them than there is room for."""

from gateway.sharing.values import LOOKED_AT, OVERHEAD, Values


def kept_at(now: list[float], most: int = 10_000) -> Values:
    return Values(lambda: now[0], most)


def test_a_value_is_there_until_its_time_is_over() -> None:
    now = [0.0]
    values = kept_at(now)
    values.put("name", b"value", 10)
    assert values.get("name") == b"value"
    now[0] = 10.0
    assert values.get("name") is None


def test_what_is_over_is_forgotten_when_others_come() -> None:
    now = [0.0]
    values = kept_at(now)
    for number in range(LOOKED_AT):
        values.put(f"{number}", b"value", 10)
    now[0] = 10.0
    values.put("new", b"value", 10)
    assert values.size == len("new") + len(b"value") + OVERHEAD


def test_new_ones_push_out_old_ones_when_there_is_no_room() -> None:
    values = kept_at([0.0])
    for number in range(100):
        values.put(f"{number}", bytes(1000), 10)
    assert values.size <= 10_000
    assert values.get("99") == bytes(1000)
    assert values.get("0") is None


def test_what_is_replaced_or_dropped_takes_no_room() -> None:
    values = kept_at([0.0])
    for _ in range(100):
        values.put("name", bytes(1000), 10)
    assert values.size == len("name") + 1000 + OVERHEAD
    values.drop("name")
    values.drop("name")
    assert values.size == 0
