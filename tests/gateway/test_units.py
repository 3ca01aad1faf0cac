"""Values with a unit."""

import pytest

from gateway.units import UNITS, Duration, Percentage, Secret, Size, read_unit, unit_schema


@pytest.mark.parametrize(
    ("text", "seconds"), [("250ms", 0.25), ("10s", 10), ("1.5m", 90), ("1h", 3600), ("30d", 2_592_000), ("0s", 0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert Duration.parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize(("text", "size"), [("512B", 512), ("64KiB", 65_536), ("10MiB", 10_485_760), ("1GiB", 2**30)])
def test_sizes(text: str, size: int) -> None:
    assert Size.parse(text) == size


@pytest.mark.parametrize(("text", "share"), [("20%", 0.2), ("0.5%", 0.005), ("100%", 1)])
def test_percentages(text: str, share: float) -> None:
    assert Percentage.parse(text) == pytest.approx(share)


@pytest.mark.parametrize("kind", [Duration, Size, Percentage])
@pytest.mark.parametrize(
    "wrong", ["", "10", 11, 1.5, None, True, "10 s", "-1s", "1e3s", "s", "10sec", "10mb", "٣s", "10s\n"]
)
def test_what_has_no_unit_or_another_one_is_refused(kind: type, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"expected a .*such as"):
        read_unit(kind, wrong)


def test_a_secret_is_text_that_its_repr_does_not_show() -> None:
    secret = Secret.parse("hunter2")
    assert secret == "hunter2"
    assert "hunter2" not in repr({"password": secret})


def test_a_secret_that_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected a text"):
        Secret.parse(5)


@pytest.mark.parametrize("kind", UNITS)
def test_every_unit_has_a_schema_of_its_own(kind: type) -> None:
    schema = unit_schema(kind)
    schema["changed"] = True
    assert unit_schema(kind)["type"] == "string"
    assert "changed" not in unit_schema(kind)


def test_other_types_are_not_ours() -> None:
    with pytest.raises(NotImplementedError):
        read_unit(int, 5)
    with pytest.raises(NotImplementedError):
        unit_schema(int)
