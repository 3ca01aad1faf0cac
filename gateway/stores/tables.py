"""The tables, as SQLite and PostgreSQL both have them; what a migration makes is held equal to this by a test."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)

keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("revoked_at", Float),
    Column("last_used_at", Float),
    Column("successor", Text),
)

connections = Table(
    "connections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("expires_at", Float),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", Float),
    UniqueConstraint("provider", "user"),
    Index(None, "user"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("payload", LargeBinary, nullable=False),
    Column("until", Float, nullable=False),
    Index(None, "until"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index(None, "at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Index(None, "due_at"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("day", Text, primary_key=True),
    Column("integration", Text, primary_key=True),
    Column("endpoint", Text, primary_key=True),
    Column("caller", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
)

ledger_batches = Table(
    "ledger_batches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Float, nullable=False),
    Index(None, "at"),
)
