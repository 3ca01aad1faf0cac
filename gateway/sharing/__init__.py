"""Where shared state is: in this process, with the supervisor of this machine's workers, or in redis."""

from gateway.sharing.memory import Memory

__all__ = ["Memory"]
