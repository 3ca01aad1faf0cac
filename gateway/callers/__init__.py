"""Who may call the gateway, and how he shows it."""

from gateway.callers.authenticating import Callers
from gateway.callers.identity import Identity
from gateway.callers.presented import Presented, presented
from gateway.callers.stage import Recognition, believing

__all__ = ["Callers", "Identity", "Presented", "Recognition", "believing", "presented"]
