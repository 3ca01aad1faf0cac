"""An application has one engine for the public internet, and one for everything."""

import pytest

from gateway.upstream import ENGINES, Engines


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_is_made_once_for_each_reach(name: str) -> None:
    engines = Engines(name)
    assert engines.get() is engines.get(allow_private=False)
    assert engines.get() is not engines.get(allow_private=True)
    assert isinstance(engines.get(), ENGINES[name])
