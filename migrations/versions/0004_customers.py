"""Customers by number, level and account manager; what they bought, and from which batch."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("number", "level", "account_manager"):
        op.add_column("customer", sa.Column(name, sa.String(), nullable=True))
    op.create_unique_constraint("customer_number_key", "customer", ["number"])
    op.create_index(op.f("ix_customer_account_manager"), "customer", ["account_manager"])
    op.create_foreign_key(
        "customer_account_manager_fkey", "customer", "person", ["account_manager"], ["username"]
    )
    op.create_table(
        "batch",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=True),
        sa.Column("produced_at", sa.Date(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_batch_supplier"), "batch", ["supplier"])
    op.create_table(
        "purchase_order",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch", sa.String(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("purchase_order_customer_idx", "purchase_order", ["customer_id", "ordered_at"])
    op.create_index(op.f("ix_purchase_order_batch"), "purchase_order", ["batch"])


def downgrade() -> None:
    op.drop_table("purchase_order")
    op.drop_table("batch")
    op.drop_constraint("customer_account_manager_fkey", "customer", type_="foreignkey")
    for name in ("account_manager", "level", "number"):
        op.drop_column("customer", name)
