"""Who renews a connection at the moment."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("connections") as table:
        table.add_column(sa.Column("claimed_by", sa.Text()))
        table.add_column(sa.Column("claimed_until", sa.Float()))


def downgrade() -> None:
    with op.batch_alter_table("connections") as table:
        table.drop_column("claimed_until")
        table.drop_column("claimed_by")
