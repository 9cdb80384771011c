"""Filters that people keep for the console."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("username", sa.String(), sa.ForeignKey("person.username"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("list", sa.String(), nullable=False),
        sa.Column("chosen", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("username", "name"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON saved_filter TO bihuan_app")


def downgrade() -> None:
    op.drop_table("saved_filter")
