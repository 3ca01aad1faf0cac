"""Where shared state is: in this process, with the supervisor of this machine's workers, or in redis."""

from gateway.sharing.address import Address, read_address
from gateway.sharing.link import State
from gateway.sharing.memory import Memory
from gateway.sharing.redis import Redis

__all__ = ["Address", "Memory", "Redis", "State", "read_address"]
