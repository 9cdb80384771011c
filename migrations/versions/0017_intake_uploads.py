"""Files that customers send before the item that they belong to is told."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        moment("expires_at"),
        moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_digest"),
    )
    op.create_index("ix_intake_upload_expires_at", "intake_upload", ["expires_at"])
    op.create_table(
        "intake_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        moment("added_at"),
        sa.ForeignKeyConstraint(["upload_id"], ["intake_upload.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_intake_file_upload_id", "intake_file", ["upload_id"])


def downgrade() -> None:
    op.drop_table("intake_file")
    op.drop_table("intake_upload")


def moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
