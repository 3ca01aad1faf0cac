"""Processes and sockets: a worker serves one application, a supervisor keeps several workers."""

from gateway.serving.options import Options
from gateway.serving.supervisor import supervise
from gateway.serving.worker import log_to_stderr, work

__all__ = ["Options", "log_to_stderr", "supervise", "work"]
