"""Records chained by hashes, commitments of personal values, signed manifests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from proof import chain

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

AT_ONCE = 5000
RECORDS = sa.text(
    "SELECT instance_key, number, at, kind, element, key, data FROM audit_record"
    " ORDER BY instance_key, number"
)
FILL = sa.text(
    "UPDATE audit_record r SET hash = v.hash FROM unnest(CAST(:instances AS bigint[]),"
    " CAST(:numbers AS integer[]), CAST(:moments AS timestamptz[]), CAST(:hashes AS bytea[]))"
    " AS v(instance_key, number, at, hash)"
    " WHERE r.instance_key = v.instance_key AND r.number = v.number AND r.at = v.at"
)


def upgrade() -> None:
    op.add_column("audit_record", sa.Column("commitments", postgresql.JSONB(), nullable=True))
    op.add_column("audit_record", sa.Column("hash", sa.LargeBinary(), nullable=True))
    chain_old_records(op.get_bind())
    op.alter_column("audit_record", "hash", nullable=False)
    op.add_column("personal_value", sa.Column("commitment", sa.LargeBinary(), nullable=True))
    op.create_table(
        "access_chain",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("record_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("record_id"),
    )
    op.create_table(
        "manifest",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "manifest_head",
        sa.Column("instance_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("instance_key"),
    )


def downgrade() -> None:
    for table in ("manifest_head", "manifest", "access_chain"):
        op.drop_table(table)
    op.drop_column("personal_value", "commitment")
    op.drop_column("audit_record", "hash")
    op.drop_column("audit_record", "commitments")


def chain_old_records(connection: sa.Connection) -> None:
    """Chain what was recorded before; personal values of that time have no commitments."""
    options = {"yield_per": AT_ONCE}
    instance, last, after = None, b"", 0
    for page in connection.execute(RECORDS, execution_options=options).mappings().partitions():
        found = []
        for row in page:
            if row["instance_key"] != instance:
                instance, after = row["instance_key"], 0
                last = chain.genesis(instance)
            # As `append` does where records are missing.
            before = last if row["number"] == after + 1 else chain.NOTHING
            last = chain.record_hash(before, instance, {**row, "at": chain.moment(row["at"])})
            after = row["number"]
            found.append((instance, after, row["at"], last))
        names = ("instances", "numbers", "moments", "hashes")
        columns = (list(column) for column in zip(*found, strict=True))
        connection.execute(FILL, dict(zip(names, columns, strict=True)))
