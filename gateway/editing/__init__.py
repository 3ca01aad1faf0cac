"""Changes files that people wrote: a new project, one vendor more, a file in order. No comment is lost."""

from gateway.editing.adding import Addition, add_imported, add_vendor
from gateway.editing.changes import Change, difference, read_exactly, write
from gateway.editing.refusing import Refused
from gateway.editing.shipped import Shipped, shipped_config
from gateway.editing.starting import start

__all__ = [
    "Addition",
    "Change",
    "Refused",
    "Shipped",
    "add_imported",
    "add_vendor",
    "difference",
    "read_exactly",
    "shipped_config",
    "start",
    "write",
]
