"""Drafts, queues, signatures and copies of user tasks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
OPEN = sa.text("state = 'CREATED'")


def upgrade() -> None:
    create_queues()
    create_drafts()
    add_verbs()
    create_copies()


def downgrade() -> None:
    op.drop_table("user_task_draft")
    for index in ("users", "groups", "assignee", "due", "created", "key"):
        op.drop_index(f"user_task_open_{index}_idx", "user_task")
    op.drop_table("item_copy")
    for name in ("signers_after", "position", "signs", "owner"):
        op.drop_column("user_task", name)


def add_verbs() -> None:
    """Who gets a delegated task back, and which task a signature belongs to."""
    op.add_column("user_task", sa.Column("owner", sa.String(), nullable=True))
    op.add_column("user_task", sa.Column("signs", sa.BigInteger(), nullable=True))
    op.add_column("user_task", sa.Column("position", sa.String(), nullable=True))
    op.add_column(
        "user_task",
        sa.Column(
            "signers_after", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"
        ),
    )
    op.alter_column("user_task", "signers_after", server_default=None)


def create_copies() -> None:
    op.create_table(
        "item_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feedback_id", sa.BigInteger(), nullable=False),
        sa.Column("task_key", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("note_ref", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"]),
        sa.ForeignKeyConstraint(["recipient"], ["person.username"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("feedback_id", "recipient", "sender"),
    )
    op.create_index("item_copy_recipient_idx", "item_copy", ["recipient", "created_at"])


def create_queues() -> None:
    """Open tasks are few beside all that there ever were."""
    queue("key", "key")
    queue("created", "created_at", "key")
    queue("due", "due_date", "key")
    queue("assignee", "assignee")
    queue("groups", "candidate_groups", using="gin")
    queue("users", "candidate_users", using="gin")


def queue(name: str, *columns: str, using: str = "btree") -> None:
    op.create_index(
        f"user_task_open_{name}_idx",
        "user_task",
        list(columns),
        postgresql_using=using,
        postgresql_where=OPEN,
    )


def create_drafts() -> None:
    op.create_table(
        "user_task_draft",
        sa.Column("task_key", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("value_ref", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_key"], ["user_task.key"]),
        sa.ForeignKeyConstraint(["username"], ["person.username"]),
        sa.PrimaryKeyConstraint("task_key", "username"),
    )
