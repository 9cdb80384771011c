"""Where instances stand: element instances and variables, filled from the records so far."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FIRST_KEY = 2**62
# The outermost element is the first key of an instance and goes by the instance's own.
SHOWN = "CASE WHEN {0} = {1} + 1 THEN {1} ELSE {0} END"
ELEMENTS = f"""
INSERT INTO element_instance (key, instance_key, process_id, element_id, element_name, kind,
                              state, scope_key, started_at, ended_at)
SELECT {SHOWN.format("b.key", "b.instance_key")}, b.instance_key, b.data->>'process', b.element,
       COALESCE(b.data->>'name', ''), b.data->>'kind',
       CASE e.kind WHEN 'ELEMENT_COMPLETED' THEN 'COMPLETED'
                   WHEN 'ELEMENT_TERMINATED' THEN 'TERMINATED' ELSE 'ACTIVE' END,
       {SHOWN.format("(b.data->>'scope')::bigint", "b.instance_key")}, b.at, e.at
FROM audit_record b LEFT JOIN audit_record e ON e.instance_key = b.instance_key
    AND e.key = b.key AND e.kind IN ('ELEMENT_COMPLETED', 'ELEMENT_TERMINATED')
WHERE b.kind = 'ELEMENT_ACTIVATED'
"""  # noqa: S608 - constant
VARIABLES = f"""
INSERT INTO variable (instance_key, scope_key, name, value)
SELECT DISTINCT ON (r.instance_key, r.key, v.key) r.instance_key,
       {SHOWN.format("r.key", "r.instance_key")}, v.key, v.value
FROM audit_record r, jsonb_each(r.data->'variables') v
WHERE r.kind = 'VARIABLES_SET'
ORDER BY r.instance_key, r.key, v.key, r.number DESC
"""  # noqa: S608 - constant
JOBS = """
UPDATE incident i SET job_key = NULLIF((r.data->>'job')::bigint, 0)
FROM audit_record r
WHERE r.kind = 'INCIDENT_CREATED' AND r.instance_key = i.instance_key AND r.key = i.key
"""


def upgrade() -> None:
    op.create_table(
        "element_instance",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("instance_key", sa.BigInteger(), nullable=False),
        sa.Column("process_id", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("element_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("scope_key", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        "element_instance_active_idx",
        "element_instance",
        ["process_id", "element_id"],
        postgresql_where=sa.text("state = 'ACTIVE'"),
    )
    op.create_table(
        "variable",
        sa.Column("scope_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "key", sa.BigInteger(), sa.Identity(start=FIRST_KEY, minvalue=FIRST_KEY), nullable=False
        ),
        sa.Column("instance_key", sa.BigInteger(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("scope_key", "name"),
        sa.UniqueConstraint("key"),
    )
    op.add_column("incident", sa.Column("job_key", sa.BigInteger(), nullable=True))
    for statement in (ELEMENTS, VARIABLES, JOBS):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("incident", "job_key")
    op.drop_table("variable")
    op.drop_table("element_instance")
