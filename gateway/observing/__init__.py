"""What is told of requests once they have their answers."""

from gateway.observing.abuse import ABUSE
from gateway.observing.access import access
from gateway.observing.anomaly import ANOMALY
from gateway.observing.core import Observing
from gateway.observing.metrics import METER
from gateway.observing.ring import RING

BUILT_IN = (METER, RING, ANOMALY, ABUSE)
"""Those that are always told; packages offer more."""

__all__ = ["BUILT_IN", "Observing", "access"]
