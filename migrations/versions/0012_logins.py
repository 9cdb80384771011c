"""Sessions, tokens and logins by a provider."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    describe_tokens()
    op.create_table(
        "provider_login",
        sa.Column("state_digest", sa.String(length=64), nullable=False),
        sa.Column("browser_digest", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("return_to", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_digest"),
    )
    op.create_index("ix_provider_login_expires_at", "provider_login", ["expires_at"])


def downgrade() -> None:
    op.drop_table("provider_login")
    # A narrow token must not become a wide one.
    op.execute("DELETE FROM access_token WHERE kind = 'api'")
    op.drop_constraint("access_token_id_key", "access_token", type_="unique")
    for name in ("id", "kind", "via", "name", "scope", "last_used_at", "idle_expires_at"):
        op.drop_column("access_token", name)
    op.add_column(
        "access_token", sa.Column("scope", sa.String(), nullable=False, server_default="session")
    )
    op.alter_column("access_token", "scope", server_default=None)


def describe_tokens() -> None:
    """Add what a token is for and when it was used; those from before are of logins."""
    op.drop_column("access_token", "scope")
    op.add_column("access_token", sa.Column("scope", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("access_token", sa.Column("name", sa.String(), nullable=True))
    for name in ("last_used_at", "idle_expires_at"):
        op.add_column("access_token", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("access_token", sa.Column("id", sa.Uuid(), nullable=True))
    op.add_column("access_token", sa.Column("kind", sa.String(), nullable=True))
    op.add_column("access_token", sa.Column("via", sa.String(), nullable=True))
    op.execute(
        "UPDATE access_token SET id = gen_random_uuid(), kind = 'bearer', via = 'password',"
        " last_used_at = created_at"
    )
    for name in ("id", "kind", "via", "last_used_at"):
        op.alter_column("access_token", name, nullable=False)
    op.create_unique_constraint("access_token_id_key", "access_token", ["id"])
