"""The instance sequence, the notification of starts, monthly partitions and the places for the rest."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Runs as the owner, so that the daily flow of the application can call it without the owner's
# password. Rows that came before their partition wait in the default one and are moved over.
MAKE_PARTITIONS = """
CREATE FUNCTION make_partitions(since date, ahead integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    parent text;
    part text;
    month timestamptz;
    next_month timestamptz;
BEGIN
    IF ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'ahead must lie between 0 and 120';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('make_partitions'));
    FOREACH parent IN ARRAY ARRAY['audit_record', 'access_record'] LOOP
        FOR step IN 0..ahead LOOP
            month := date_trunc('month', since::timestamp) + make_interval(months => step);
            next_month := month + interval '1 month';
            part := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
            EXECUTE format(
                'WITH moved AS (DELETE FROM %I WHERE at >= %L AND at < %L RETURNING *) '
                'INSERT INTO %I SELECT * FROM moved',
                parent || '_default', month, next_month, part);
            EXECUTE format(
                'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                parent, part, month, next_month);
            RETURN NEXT part;
        END LOOP;
    END LOOP;
END
$$
"""

NOTIFY_START = """
CREATE FUNCTION notify_start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY bihuan_start;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE instance_seq")
    op.execute("CREATE TABLE audit_record_default PARTITION OF audit_record DEFAULT")
    op.execute("CREATE TABLE access_record_default PARTITION OF access_record DEFAULT")
    op.execute(MAKE_PARTITIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION make_partitions(date, integer) FROM PUBLIC")
    op.execute(NOTIFY_START)
    op.execute(
        "CREATE TRIGGER start_request_notify AFTER INSERT ON start_request"
        " FOR EACH STATEMENT EXECUTE FUNCTION notify_start()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER start_request_notify ON start_request")
    op.execute("DROP FUNCTION notify_start()")
    op.execute("DROP FUNCTION make_partitions(date, integer)")
    op.execute("DROP TABLE access_record_default")
    op.execute("DROP TABLE audit_record_default")
    op.execute("DROP SEQUENCE instance_seq")
