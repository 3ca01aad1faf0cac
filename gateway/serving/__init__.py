"""Processes and sockets: a worker serves one application, a supervisor keeps several workers."""

from gateway.serving.lines import log_to_stderr
from gateway.serving.options import Options
from gateway.serving.supervisor import supervise
from gateway.serving.worker import work

__all__ = ["Options", "log_to_stderr", "supervise", "work"]
