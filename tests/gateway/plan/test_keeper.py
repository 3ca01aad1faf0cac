"""State outlives a reload where what it belongs to did not change, and goes where it did."""

from gateway.plan import Keeper


def test_the_same_key_gives_the_same_object() -> None:
    keeper = Keeper()

    assert keeper("a", list) is keeper("a", list)
    assert keeper("a", list) is not keeper("b", list)


def test_what_a_new_generation_does_not_ask_for_is_forgotten() -> None:
    keeper = Keeper()
    kept, gone = keeper("kept", list), keeper("gone", list)
    keeper.begin()
    keeper("kept", list)
    keeper.commit()

    assert keeper("kept", list) is kept
    assert keeper.get("gone") is None
    assert keeper("gone", list) is not gone


def test_a_refused_generation_leaves_nothing_and_takes_nothing() -> None:
    keeper = Keeper()
    kept = keeper("kept", list)
    before = keeper.keys()
    keeper.begin()
    keeper("new", list)
    keeper.abandon(before)

    assert keeper.keys() == {"kept"}
    assert keeper("kept", list) is kept
