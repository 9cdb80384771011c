"""What the application's role may do, table by table."""

from sqlalchemy import Connection, text

from models.tables import APPEND_ONLY, DELETABLE, metadata


class UnknownRoleError(Exception):
    """The role of the application does not exist in this cluster."""


def grant(connection: Connection, role: str) -> None:
    """Give `role` what the application needs, and take back whatever it had beyond that.

    The partitions get nothing: they are reached through their parents only.
    """
    if (
        connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
        is None
    ):
        raise UnknownRoleError(f"create the role {role} before the migrations run")
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    for statement in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"GRANT SELECT ON alembic_version TO {name}",
        f"GRANT EXECUTE ON FUNCTION make_partitions(date, integer) TO {name}",
        *(f"GRANT {rights(table)} ON {table} TO {name}" for table in metadata.tables),
    ):
        connection.execute(text(statement))


def rights(table: str) -> str:
    """Return the privileges of the application on `table`, separated by commas."""
    if table in APPEND_ONLY:
        return "SELECT, INSERT"
    if table in DELETABLE:
        return "SELECT, INSERT, UPDATE, DELETE"
    return "SELECT, INSERT, UPDATE"
