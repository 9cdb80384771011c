"""Clocks that nobody waited for any more, apart from those that were met."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# What older clocks ended with stands in the records: withdrawals and steps back.
MARK = """
    UPDATE service_clock c SET canceled = true FROM audit_record r
    WHERE r.instance_key = c.instance_key AND r.at = c.stopped_at
      AND (r.kind IN ('INSTANCE_MODIFIED', 'INSTANCE_CANCELED') OR r.data ->> 'status' = 'withdrawn')
"""


def upgrade() -> None:
    op.add_column(
        "service_clock",
        sa.Column("canceled", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(MARK)
    op.alter_column("service_clock", "canceled", server_default=None)


def downgrade() -> None:
    op.drop_column("service_clock", "canceled")
