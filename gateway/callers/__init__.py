"""Who may call the gateway, and how he shows it."""

from gateway.callers.authenticating import Callers
from gateway.callers.presented import Presented, presented

__all__ = ["Callers", "Presented", "presented"]
