"""Indexes for what people search: any part of a number, queues that nobody has taken from yet."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'CREATED'")
FREE = sa.text("state = 'CREATED' AND assignee IS NULL")
OLD_LISTS = ("groups", "open_groups")


def upgrade() -> None:
    # What people see is an `or` of four columns: one without an index makes it a walk over all.
    op.create_index(
        "user_task_owner_idx", "user_task", ["owner"], postgresql_where=sa.text("owner IS NOT NULL")
    )
    op.drop_index("user_task_open_users_idx", "user_task")
    lists("users", "candidate_users")
    lists("free_groups", "candidate_groups", where=FREE)
    lists("number", "feedback_number", operators={"feedback_number": "gin_trgm_ops"})
    for name in OLD_LISTS:
        op.execute(f"ALTER INDEX user_task_{name}_idx SET (fastupdate = off)")


def downgrade() -> None:
    for name in OLD_LISTS:
        op.execute(f"ALTER INDEX user_task_{name}_idx RESET (fastupdate)")
    for name in ("number", "free_groups", "users", "owner"):
        op.drop_index(f"user_task_{name}_idx", "user_task")
    op.create_index(
        "user_task_open_users_idx",
        "user_task",
        ["candidate_users"],
        postgresql_using="gin",
        postgresql_where=OPEN,
    )


def lists(
    name: str,
    column: str,
    *,
    where: sa.TextClause | None = None,
    operators: dict[str, str] | None = None,
) -> None:
    """Index a column by what lies in it; at once, since searches would read what waits."""
    op.create_index(
        f"user_task_{name}_idx",
        "user_task",
        [column],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=where,
        postgresql_ops=operators or {},
    )
