"""What outlives the process, in SQLite or PostgreSQL."""

from gateway.stores.database import Database
from gateway.stores.sql import SqlStore

__all__ = ["Database", "SqlStore"]
