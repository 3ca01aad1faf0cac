"""Who may call the gateway, and how he shows it."""

from gateway.callers.authenticating import Callers
from gateway.callers.identity import Identity
from gateway.callers.key_set import Keys
from gateway.callers.presented import Presented, presented
from gateway.callers.stage import Recognition, believing
from gateway.callers.tokens import Tokens

__all__ = ["Callers", "Identity", "Keys", "Presented", "Recognition", "Tokens", "believing", "presented"]
