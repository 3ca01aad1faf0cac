"""Generated configs as the texts that people would write; the same ones for the same seed."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.contract.generated.configs import Config, calm, troubled
from tests.contract.generated.trial import Trial
from tests.contract.generated.yaml_text import yaml_text

CONFIGS = 1_000
QUICK = 20
IMPORTED = 3
"""Of six calm ones the one that another imports."""
_STYLES = st.sampled_from([False, None, True])


def written(count: int, seed: int) -> list[Trial]:
    """So many; every fourth is a troubled one, every eighth is imported by another."""
    again = f"python -m tests.contract.generated --configs {count} --seed {seed} --only "
    few = count // 4
    found = [_trial("calm", number, text, again) for number, text in enumerate(_texts(calm(), count - few, seed))]
    for number, text in enumerate(_texts(troubled(), few, seed)):
        found.insert(number * 4, _trial("troubled", number, text, again))
    return found


def _trial(kind: str, number: int, text: str, again: str) -> Trial:
    name, imported = f"{kind}-{number}", kind == "calm" and number % 6 == IMPORTED
    return Trial(name=name, text=text, seed=number, calm=kind == "calm", imported=imported, again=again + name)


def _texts(configs: st.SearchStrategy[Config], count: int, seed: int) -> list[str]:
    """Hypothesis draws all of them before the first is tried: Schemathesis is a test of Hypothesis' own."""
    found: list[str] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(configs, _STYLES)
    def collect(config: Config, flow: bool | None) -> None:
        found.append(yaml_text(config, flow=flow))

    run: Callable[[], Any] = collect
    if count:
        run()
    return found[:count]
