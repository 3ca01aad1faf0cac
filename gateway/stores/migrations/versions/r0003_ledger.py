"""What vendors charged, and which batches of it were written lately."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = ("day", "integration", "endpoint", "caller", "currency")
    op.create_table(
        "ledger",
        *(sa.Column(name, sa.Text(), primary_key=True) for name in key),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "ledger_batches",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("at", sa.Float(), nullable=False),
    )
    op.create_index("ix_ledger_batches_at", "ledger_batches", ["at"])


def downgrade() -> None:
    op.drop_table("ledger_batches")
    op.drop_table("ledger")
