"""What commands of packages are given, which may import nothing of the gateway but its public contract."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from gateway.contract import Kit

T = TypeVar("T")


class Workbench:
    """The `Workshop` of the contract; nothing is imported before a command needs it."""

    def run(self, config: str, work: "Callable[[Kit], Awaitable[T]]") -> T:
        from gateway.cli.working import with_kit

        return with_kit(config, work)
