"""Indexes for those who search what was looked at."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("access_record_actor_idx", "access_record", ["actor", "at"])
    op.create_index("access_record_at_idx", "access_record", ["at", "id"])


def downgrade() -> None:
    op.drop_index("access_record_at_idx", "access_record")
    op.drop_index("access_record_actor_idx", "access_record")
