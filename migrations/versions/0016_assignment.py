"""How members are chosen, and what they object to it."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_choices()
    create_contests()


def downgrade() -> None:
    op.drop_table("assignment_contest")
    op.drop_table("assignment_choice")


def create_choices() -> None:
    op.create_table(
        "assignment_choice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feedback_id", sa.BigInteger(), nullable=False),
        moment("chosen_at"),
        sa.Column("candidate_group", sa.String(), nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("weights", postgresql.JSONB(), nullable=False),
        sa.Column("candidates", postgresql.JSONB(), nullable=False),
        sa.Column("left_out", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_assignment_choice_feedback_id", "assignment_choice", ["feedback_id"])
    op.create_index("ix_assignment_choice_chosen_at", "assignment_choice", ["chosen_at"])


def create_contests() -> None:
    op.create_table(
        "assignment_contest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("choice_id", sa.Uuid(), nullable=False),
        sa.Column("feedback_id", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("reason_ref", sa.Uuid(), nullable=False),
        moment("contested_at"),
        sa.Column("decision", sa.String(), nullable=True),
        moment("decided_at", nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("answer_ref", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["choice_id"], ["assignment_choice.id"]),
        sa.ForeignKeyConstraint(["username"], ["person.username"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("choice_id", "username"),
    )
    op.create_index("ix_assignment_contest_feedback_id", "assignment_contest", ["feedback_id"])
    op.create_index("ix_assignment_contest_contested_at", "assignment_contest", ["contested_at"])


def moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
