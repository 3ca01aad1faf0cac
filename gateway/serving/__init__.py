"""Processes and sockets: a worker serves one application, a supervisor keeps several workers."""

from gateway.serving.options import Options
from gateway.serving.supervisor import supervise
from gateway.serving.worker import work

__all__ = ["Options", "supervise", "work"]
