"""Reports whose bytes went with somebody who was erased."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("report", "content", nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM report WHERE content IS NULL")
    op.alter_column("report", "content", nullable=False)
