"""Who may call the gateway, and how he shows it."""

from gateway.callers.authenticating import Callers
from gateway.callers.presented import Presented, presented
from gateway.callers.stage import believing, caller_stage

__all__ = ["Callers", "Presented", "believing", "caller_stage", "presented"]
