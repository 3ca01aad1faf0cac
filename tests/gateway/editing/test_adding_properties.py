"""Whatever file a vendor is added to: nothing of it changes, or it is refused."""

from hypothesis import HealthCheck, assume, given, settings

from gateway.diagnostics import InvalidConfig
from gateway.editing import Refused, Shipped
from gateway.editing.adding import added
from gateway.editing.shipped import Cutting
from tests.gateway.editing.written import configs

TWILIO: Cutting = Shipped().cut("twilio", "twilio")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(text=configs())
def test_what_was_written_stands_before_and_behind_the_vendor(text: str) -> None:
    try:
        now, _ = added("integrations.yaml", text, TWILIO)
    except InvalidConfig:
        assume(False)
        return
    except Refused:
        assert set(text) & {"|", ">"}  # a line end or a blank line more could belong to the text above
        return
    start = next((place for place, pair in enumerate(zip(text, now, strict=False)) if len({*pair}) == 2), len(text))
    rest = len(text) - start
    assert rest == 0 or now.endswith(text[start:])
    assert len(now) - len(text) >= sum(map(len, TWILIO.lines))
