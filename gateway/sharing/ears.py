"""Who listens to what."""

from collections.abc import Callable

from gateway.shared import Heard


class Ears:
    """Channels, and those who listen to them."""

    def __init__(self) -> None:
        self._ears: dict[str, dict[object, Heard]] = {}

    def listen(self, channel: str, heard: Heard) -> Callable[[], None]:
        """Until what is returned is called."""
        ear = object()
        self._ears.setdefault(channel, {})[ear] = heard

        def deaf() -> None:
            ears = self._ears.get(channel, {})
            ears.pop(ear, None)
            if not ears:
                self._ears.pop(channel, None)

        return deaf

    def hear(self, channel: str, message: bytes | None) -> None:
        for heard in list(self._ears.get(channel, {}).values()):
            heard(message)

    def missed(self) -> None:
        """Nobody knows what was told meanwhile."""
        for channel in list(self._ears):
            self.hear(channel, None)
