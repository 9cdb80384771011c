"""What PostgreSQL keeps of rows that were emptied: old tuples, statistics, the write-ahead log."""

import time

from sqlalchemy import Connection, Engine, text

from models.personal_columns import clear_columns

_KEYS = ("personal_key", "personal_value")
_PATIENCE, _PAUSE = 60.0, 0.2
_MOST_SEGMENTS = 2000
_OLDER = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND coalesce(backend_xmin, backend_xid) IS NOT NULL"
    " AND xact_start < CAST(:began AS timestamptz)"
)
_LAST_SEGMENT = text("SELECT max(name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'")
_PRESENT_SEGMENT = text("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")


class TracesLeftError(Exception):
    """Somebody's old transaction still sees what was emptied: to be tried again."""


def remove_traces(owner: Engine) -> None:
    """Rewrite the tables, the statistics and the log (清除残留), as the owner of the database.

    The role needs `pg_checkpoint` and `pg_monitor`, `pg_switch_wal` and `pg_reload_conf`, and
    `ALTER SYSTEM` on `wal_recycle`: docs/operations.md has the statements.

    Raises:
        TracesLeftError: a transaction from before does not end.
    """
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _wait_for_older(connection)
        tables = sorted({*clear_columns(), *_KEYS})
        for table in tables:
            connection.execute(text(f"VACUUM (FULL, ANALYZE) {table}"))
        # Samples of what stood in the columns.
        connection.execute(text("VACUUM FULL pg_statistic"))
        _recycle_log(connection)


def _wait_for_older(connection: Connection) -> None:
    """Wait for transactions that began before: for them the old tuples would be kept."""
    began = connection.scalar(text("SELECT clock_timestamp()"))
    deadline = time.monotonic() + _PATIENCE
    while connection.scalar(_OLDER, {"began": began}):
        if time.monotonic() > deadline:
            raise TracesLeftError
        time.sleep(_PAUSE)


def _recycle_log(connection: Connection) -> None:
    """Leave no segment of the log with old content.

    Segments that are done with are renamed for later, contents and all, unless `wal_recycle` is
    off; those that were renamed before are written over.
    """
    connection.execute(text("ALTER SYSTEM SET wal_recycle = off"))
    try:
        connection.execute(text("SELECT pg_reload_conf()"))
        time.sleep(_PAUSE)
        last = connection.scalar(_LAST_SEGMENT)
        for _ in range(_MOST_SEGMENTS):
            connection.execute(text("SELECT pg_logical_emit_message(false, 'bihuan', '')"))
            connection.execute(text("SELECT pg_switch_wal()"))
            if str(connection.scalar(_PRESENT_SEGMENT)) > str(last):
                break
        # What a checkpoint does not need any more goes with the next one.
        for _ in range(2):
            connection.execute(text("SELECT pg_logical_emit_message(false, 'bihuan', '')"))
            connection.execute(text("CHECKPOINT"))
    finally:
        connection.execute(text("ALTER SYSTEM RESET wal_recycle"))
        connection.execute(text("SELECT pg_reload_conf()"))
