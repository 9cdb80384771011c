"""Calendars of departments, service clocks with their pauses, and quiet hours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("working_calendar", sa.Column("department", sa.String(), nullable=True))
    op.add_column(
        "working_calendar",
        sa.Column("imported_by", sa.String(), nullable=False, server_default=""),
    )
    op.alter_column("working_calendar", "imported_by", server_default=None)
    create_clocks()
    create_pauses()
    op.create_table(
        "quiet_hours",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        moment("changed_at"),
        sa.ForeignKeyConstraint(["username"], ["person.username"]),
        sa.PrimaryKeyConstraint("username"),
    )


def downgrade() -> None:
    op.drop_table("quiet_hours")
    op.drop_table("clock_pause")
    op.drop_table("service_clock")
    op.drop_column("working_calendar", "imported_by")
    op.drop_column("working_calendar", "department")


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def word(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def create_clocks() -> None:
    op.create_table(
        "service_clock",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("instance_key", sa.BigInteger(), nullable=False),
        word("element_id"),
        word("kind"),
        sa.Column("mark", sa.Float(), nullable=True),
        word("clock"),
        sa.Column("calendar", sa.Integer(), nullable=False),
        word("rule", nullable=True),
        word("span", nullable=True),
        moment("started_at"),
        moment("due_at"),
        moment("first_due_at"),
        moment("held_at", nullable=True),
        moment("fired_at", nullable=True),
        moment("stopped_at", nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("service_clock_instance_idx", "service_clock", ["instance_key", "key"])
    op.create_index(
        "service_clock_running_idx",
        "service_clock",
        ["kind", "due_at"],
        postgresql_where=sa.text("mark IS NULL AND fired_at IS NULL AND stopped_at IS NULL"),
    )


def create_pauses() -> None:
    op.create_table(
        "clock_pause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_key", sa.BigInteger(), nullable=False),
        word("reason"),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        moment("paused_at"),
        word("paused_by"),
        sa.Column("note_ref", sa.Uuid(), nullable=True),
        moment("resumed_at", nullable=True),
        word("resumed_by", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("clock_pause_instance_idx", "clock_pause", ["instance_key", "paused_at"])
    op.create_index(
        "clock_pause_open_idx",
        "clock_pause",
        ["instance_key"],
        unique=True,
        postgresql_where=sa.text("resumed_at IS NULL"),
    )
