"""Files that belong to an item."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feedback_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key_ref", sa.Uuid(), nullable=False),
        sa.Column("name_ref", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("scan", sa.String(), nullable=False),
        moment("scanned_at", nullable=True),
        sa.Column("added_by", sa.String(), nullable=False),
        moment("added_at"),
        moment("used_at", nullable=True),
        moment("deleted_at", nullable=True),
        sa.Column("deleted_by", sa.String(), nullable=True),
        sa.Column("reason_ref", sa.Uuid(), nullable=True),
        moment("removed_at", nullable=True),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["progress_entry.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_attachment_feedback_id", "attachment", ["feedback_id"])
    op.create_index("ix_attachment_person_id", "attachment", ["person_id"])
    op.create_index(
        "attachment_unscanned_idx",
        "attachment",
        ["scanned_at"],
        postgresql_where=sa.text("scan IN ('pending', 'failed') AND deleted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("attachment")


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
