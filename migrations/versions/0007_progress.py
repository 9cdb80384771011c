"""What is noted of an item between its states, and the item that another one follows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "progress_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feedback_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("note_ref", sa.Uuid(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_progress_entry_feedback_id", "progress_entry", ["feedback_id"])
    op.add_column("feedback", sa.Column("follows", sa.BigInteger(), nullable=True))
    op.create_foreign_key("feedback_follows_fkey", "feedback", "feedback", ["follows"], ["id"])


def downgrade() -> None:
    op.drop_constraint("feedback_follows_fkey", "feedback")
    op.drop_column("feedback", "follows")
    op.drop_table("progress_entry")
