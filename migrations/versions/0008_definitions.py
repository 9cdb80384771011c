"""Drafts of definitions, decisions and forms by version, and what a drawing says of its process."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op
from defusedxml.ElementTree import ParseError, fromstring
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DRAWN = ("bundle", "name", "resource_name")


def upgrade() -> None:
    create_decisions()
    create_drafts()
    describe_definitions()


def downgrade() -> None:
    op.drop_table("draft_step")
    op.drop_table("draft_file")
    op.drop_table("definition_draft")
    op.drop_table("form_definition")
    op.drop_table("decision_definition")
    op.drop_table("decision_requirements")
    op.drop_index("ix_process_definition_bundle", "process_definition")
    for name in (*DRAWN, "version_tag", "start_form", "draft_id"):
        op.drop_column("process_definition", name)


def create_decisions() -> None:
    op.create_table(
        "decision_requirements",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("requirements_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("resource_name", sa.String(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("definition_digest", sa.String(length=64), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["definition_digest"], ["process_definition.digest"]),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("requirements_id", "version"),
    )
    op.create_table(
        "decision_definition",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requirements_key", sa.BigInteger(), nullable=False),
        sa.Column("definition_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["requirements_key"], ["decision_requirements.key"]),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("decision_id", "version"),
    )
    op.create_index(
        "ix_decision_definition_requirements_key", "decision_definition", ["requirements_key"]
    )
    op.create_table(
        "form_definition",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("resource_name", sa.String(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("definition_digest", sa.String(length=64), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["definition_digest"], ["process_definition.digest"]),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("form_id", "version"),
    )


def create_drafts() -> None:
    op.create_table(
        "definition_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("base", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("definition_draft_state_idx", "definition_draft", ["state", "updated_at"])
    op.create_table(
        "draft_file",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["definition_draft.id"]),
        sa.PrimaryKeyConstraint("draft_id", "name"),
    )
    op.create_table(
        "draft_step",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["definition_draft.id"]),
        sa.PrimaryKeyConstraint("draft_id", "number"),
    )


def describe_definitions() -> None:
    """Add what is searched for, and fill it in for what was deployed before."""
    op.add_column("process_definition", sa.Column("bundle", sa.String(length=64), nullable=True))
    op.add_column("process_definition", sa.Column("name", sa.String(), nullable=True))
    op.add_column("process_definition", sa.Column("resource_name", sa.String(), nullable=True))
    op.add_column("process_definition", sa.Column("version_tag", sa.String(), nullable=True))
    op.add_column("process_definition", sa.Column("start_form", sa.String(), nullable=True))
    op.add_column("process_definition", sa.Column("draft_id", sa.Uuid(), nullable=True))
    fill_in(op.get_bind())
    for name in DRAWN:
        op.alter_column("process_definition", name, nullable=False)
    op.create_index("ix_process_definition_bundle", "process_definition", ["bundle"])


def fill_in(connection: sa.Connection) -> None:
    # Definitions of that time knew neither version tags nor start forms.
    update = sa.text(
        "UPDATE process_definition SET bundle = :bundle, name = :name, resource_name = :resource"
        " WHERE digest = :digest"
    )
    rows = connection.execute(sa.text("SELECT digest, process_id FROM process_definition")).all()
    for digest, process_id in rows:
        found = connection.execute(
            sa.text("SELECT name, content FROM process_resource WHERE digest = :digest"),
            {"digest": digest},
        )
        files = {row.name: bytes(row.content) for row in found}
        resource, name = drawing(files, process_id)
        told = {"bundle": hashed(files), "name": name, "resource": resource}
        connection.execute(update, {"digest": digest, **told})


def hashed(files: dict[str, bytes]) -> str:
    parts = [part for name in sorted(files) for part in (name.encode(), files[name])]
    return sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).hexdigest()


def drawing(files: dict[str, bytes], process_id: str) -> tuple[str, str]:
    """Return the file of a process and the name of the process."""
    for name, content in sorted(files.items()):
        if name.endswith(".bpmn") and process_id in (names := process_names(content)):
            return name, names[process_id] or process_id
    return "", process_id


def process_names(content: bytes) -> dict[str, str]:
    try:
        root = fromstring(content)
    except ParseError:
        return {}
    processes = root.iter(f"{BPMN}process")
    return {one.get("id", ""): one.get("name", "") for one in processes}
