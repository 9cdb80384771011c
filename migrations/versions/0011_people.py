"""Departments with deputies, teams, skills, shifts, roster and absence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("department", "person"):
        op.add_column(table, count("revision"))
    op.add_column("person", moment("left_at", nullable=True))
    create_standing_in()
    create_groups()
    create_roster()
    create_handovers()


def downgrade() -> None:
    for table in (
        "task_handover",
        "duty",
        "shift",
        "person_skill",
        "skill",
        "team_member",
        "team",
        "absence",
        "deputy",
    ):
        op.drop_table(table)
    op.drop_column("person", "left_at")
    for table in ("person", "department"):
        op.drop_column(table, "revision")


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def word(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="1")


def person(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["person.username"])


def department() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["department"], ["department.code"])


def flag(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=default)


def create_standing_in() -> None:
    op.create_table(
        "deputy",
        word("department"),
        word("username"),
        moment("acting_from", nullable=True),
        moment("acting_until", nullable=True),
        department(),
        person("username"),
        sa.PrimaryKeyConstraint("department", "username"),
    )
    op.create_index("ix_deputy_username", "deputy", ["username"])
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        word("username"),
        moment("starts_at"),
        moment("ends_at"),
        word("delegate", nullable=True),
        word("created_by"),
        moment("created_at"),
        moment("canceled_at", nullable=True),
        moment("handled_at", nullable=True),
        count("revision"),
        person("username"),
        person("delegate"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("absence_username_idx", "absence", ["username", "ends_at"])
    op.create_index("ix_absence_ends_at", "absence", ["ends_at"])
    op.create_index("ix_absence_delegate", "absence", ["delegate"])


def create_groups() -> None:
    op.create_table(
        "team",
        word("code"),
        word("name_zh"),
        word("name_en"),
        word("department", nullable=True),
        flag("active", "true"),
        flag("demo", "false"),
        count("revision"),
        department(),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "team_member",
        word("team"),
        word("username"),
        sa.ForeignKeyConstraint(["team"], ["team.code"]),
        person("username"),
        sa.PrimaryKeyConstraint("team", "username"),
    )
    op.create_index("ix_team_member_username", "team_member", ["username"])
    op.create_table(
        "skill",
        word("code"),
        word("name_zh"),
        word("name_en"),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        flag("demo", "false"),
        count("revision"),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "person_skill",
        word("username"),
        word("skill"),
        person("username"),
        sa.ForeignKeyConstraint(["skill"], ["skill.code"]),
        sa.PrimaryKeyConstraint("username", "skill"),
    )
    op.create_index("ix_person_skill_skill", "person_skill", ["skill"])


def create_roster() -> None:
    op.create_table(
        "shift",
        word("code"),
        word("name_zh"),
        word("name_en"),
        word("department", nullable=True),
        word("team", nullable=True),
        word("zone"),
        sa.Column("frames", postgresql.JSONB(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        flag("demo", "false"),
        count("revision"),
        department(),
        sa.ForeignKeyConstraint(["team"], ["team.code"]),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "duty",
        word("shift"),
        sa.Column("day", sa.Date(), nullable=False),
        word("username"),
        sa.ForeignKeyConstraint(["shift"], ["shift.code"]),
        person("username"),
        sa.PrimaryKeyConstraint("shift", "day", "username"),
    )
    op.create_index("ix_duty_day", "duty", ["day"])
    op.create_index("ix_duty_username", "duty", ["username"])


def create_handovers() -> None:
    op.create_table(
        "task_handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_key", sa.BigInteger(), nullable=False),
        sa.Column("instance_key", sa.BigInteger(), nullable=False),
        word("kind"),
        word("username"),
        word("delegate", nullable=True),
        word("actor"),
        moment("created_at"),
        moment("next_attempt_at"),
        moment("done_at", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        word("last_error", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "task_handover_open_idx",
        "task_handover",
        ["next_attempt_at"],
        postgresql_where=sa.text("done_at IS NULL"),
    )
