"""Which connections to vendors are known: wreq tells nothing of its pool but the local end of each."""

import wreq

MOST = 4096
"""The oldest is forgotten first."""


class Connections:
    """By origin and by the port at this end, which is another one for each."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], None] = {}

    def knows(self, origin: str, response: wreq.Response) -> bool:
        """Whether an earlier answer came over the same one. It is known from now on."""
        here = response.local_addr
        if here is None:
            return False
        connection = (origin, here.port())
        if connection in self._known:
            return True
        self._known[connection] = None
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return False
