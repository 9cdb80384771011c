"""Erasures and how far they have come, and the epochs of the keys that wrap."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(f"{step}_at", sa.DateTime(timezone=True), nullable=True)
            for step in ("keys", "ledger", "files", "traces")
        ),
        sa.Column("counts", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index("ix_erasure_begun_at", "erasure", ["begun_at"])
    op.create_table(
        "key_epoch",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("epoch"),
    )
    op.execute("INSERT INTO key_epoch (epoch, made_at) VALUES (1, now())")


def downgrade() -> None:
    op.drop_table("key_epoch")
    op.drop_table("erasure")
