"""What a settings struct says about itself beyond its types: units have no bounds of their own."""

from gateway import Settings


def positive(settings: Settings, *names: str) -> None:
    """Refuses a duration or share that is zero: it would switch the policy into a trap."""
    for name in names:
        value = getattr(settings, name)
        if value is not None and value <= 0:
            raise ValueError(f"`{name}` has to be more than zero")


def ordered(settings: Settings, lesser: str, greater: str) -> None:
    """Refuses a lower bound that lies above its upper bound."""
    if getattr(settings, lesser) > getattr(settings, greater):
        raise ValueError(f"`{lesser}` is more than `{greater}`")
