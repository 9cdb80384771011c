"""Archives of closed instances, and legal holds."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archived_instance",
        sa.Column("instance_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("histories", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("instance_key", "number"),
    )
    op.create_index("ix_archived_instance_made_at", "archived_instance", ["made_at"])
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_key", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("reason_ref", sa.Uuid(), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("placed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lift_reason_ref", sa.Uuid(), nullable=True),
        sa.CheckConstraint("num_nonnulls(instance_key, customer_id) = 1", "legal_hold_subject"),
        sa.CheckConstraint("num_nonnulls(lifted_by, lifted_at) <> 1", "legal_hold_lifted"),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("instance_key", "customer_id", "placed_at"):
        op.create_index(f"ix_legal_hold_{column}", "legal_hold", [column])


def downgrade() -> None:
    op.drop_table("legal_hold")
    op.drop_table("archived_instance")
