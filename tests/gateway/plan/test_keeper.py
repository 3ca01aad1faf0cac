"""State outlives a reload where what it belongs to did not change, and goes where it did."""

from gateway.plan import Keeper

Fresh = list[int]


def test_the_same_key_gives_the_same_object() -> None:
    keeper = Keeper()

    assert keeper("a", Fresh) is keeper("a", Fresh)
    assert keeper("a", Fresh) is not keeper("b", Fresh)


def test_what_a_new_generation_does_not_ask_for_is_forgotten() -> None:
    keeper = Keeper()
    kept, gone = keeper("kept", Fresh), keeper("gone", Fresh)
    keeper.begin()
    keeper("kept", Fresh)
    keeper.commit()

    assert keeper("kept", Fresh) is kept
    assert keeper.get("gone") is None
    assert keeper("gone", Fresh) is not gone


def test_a_refused_generation_leaves_nothing_and_takes_nothing() -> None:
    keeper = Keeper()
    kept = keeper("kept", Fresh)
    before = keeper.keys()
    keeper.begin()
    keeper("new", Fresh)
    keeper.abandon(before)

    assert keeper.keys() == {"kept"}
    assert keeper("kept", Fresh) is kept
