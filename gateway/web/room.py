"""What the bodies of all requests may take of the memory together: nobody needs a key to begin to send one."""

from gateway.errors import Overloaded

MOST = 256 * 1024**2
"""Bytes, for each edge."""


class Room:
    """Counts what has arrived and is not done with."""

    __slots__ = ("_left",)

    def __init__(self, most: int = MOST) -> None:
        self._left = most

    def take(self, size: int) -> None:
        """Raises Overloaded, and takes nothing, where so much is not left."""
        if size > self._left:
            raise Overloaded("too many large requests at once", retry_after=1)
        self._left -= size

    def give_back(self, size: int) -> None:
        self._left += size
