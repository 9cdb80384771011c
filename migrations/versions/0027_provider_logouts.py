"""Which login at the provider a session began with, and logouts that the provider has told."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("provider_subject", "provider_session"):
        op.add_column("access_token", sa.Column(name, sa.String(length=64), nullable=True))
    op.create_table(
        "provider_logout",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_digest"),
    )
    op.create_index("ix_provider_logout_kept_until", "provider_logout", ["kept_until"])


def downgrade() -> None:
    op.drop_table("provider_logout")
    for name in ("provider_subject", "provider_session"):
        op.drop_column("access_token", name)
