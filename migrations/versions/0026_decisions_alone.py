"""Files of decisions that were deployed without a process, and the draft that they came from."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# What was deployed without a process has no row there.
REFERRING = {
    "process_resource": "digest",
    "decision_requirements": "definition_digest",
    "form_definition": "definition_digest",
}
FORGET = (
    """DELETE FROM decision_definition WHERE definition_digest NOT IN
       (SELECT digest FROM process_definition)""",
    """DELETE FROM decision_requirements WHERE definition_digest NOT IN
       (SELECT digest FROM process_definition)""",
    """DELETE FROM form_definition WHERE definition_digest NOT IN
       (SELECT digest FROM process_definition)""",
    "DELETE FROM process_resource WHERE digest NOT IN (SELECT digest FROM process_definition)",
)


def upgrade() -> None:
    for table, column in REFERRING.items():
        op.drop_constraint(f"{table}_{column}_fkey", table, type_="foreignkey")
    op.add_column("decision_requirements", sa.Column("draft_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("decision_requirements", "draft_id")
    for statement in FORGET:
        op.execute(statement)
    for table, column in REFERRING.items():
        op.create_foreign_key(None, table, "process_definition", [column], ["digest"])
