"""An application has one engine for the public internet, and one for everything."""

import pytest

from gateway.upstream import ENGINES, Engines
from gateway.upstream.httpx_engine import HttpxEngine
from gateway.upstream.wreq_engine import WreqEngine


@pytest.mark.parametrize(("name", "kind"), [("wreq", WreqEngine), ("httpx", HttpxEngine)])
def test_an_engine_is_made_once_for_each_reach(name: str, kind: type) -> None:
    engines = Engines(name)
    assert engines.get() is engines.get(allow_private=False)
    assert engines.get() is not engines.get(allow_private=True)
    assert isinstance(engines.get(), kind)
    assert name in ENGINES
