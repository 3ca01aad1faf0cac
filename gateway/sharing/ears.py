"""Who listens to what."""

from collections.abc import Callable
from types import MethodType
from weakref import WeakMethod

from gateway.shared import Heard


class Ears:
    """Channels, and those who listen to them.

    Who listens with a method is not kept alive by that: what a reload has dropped hears nothing any more.
    """

    def __init__(self) -> None:
        self._ears: dict[str, dict[object, Callable[[], Heard | None]]] = {}

    def listen(self, channel: str, heard: Heard) -> Callable[[], None]:
        """Until what is returned is called."""
        ear, ears = object(), self._ears.setdefault(channel, {})

        def deaf(_: object = None) -> None:
            ears.pop(ear, None)

        ears[ear] = WeakMethod(heard, deaf) if isinstance(heard, MethodType) else lambda: heard
        return deaf

    def hear(self, channel: str, message: bytes | None) -> None:
        for ear in list(self._ears.get(channel, {}).values()):
            if (heard := ear()) is not None:
                heard(message)

    def missed(self) -> None:
        """Nobody knows what was told meanwhile."""
        for channel in list(self._ears):
            self.hear(channel, None)
