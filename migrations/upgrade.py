"""The database brought to the newest shape."""

from datetime import date
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from migrations.roles import grant
from models.partition import make_ahead

MONTHS_AHEAD = 3


def upgrade(engine: Engine, *, application: str, today: date) -> None:
    """Run the missing migrations (迁移) as the owner, then set grants and partitions.

    Everything happens in one transaction; a second run at the same time waits and finds nothing
    left to do.

    Args:
        engine: a connection as the owner of the database.
        application: the role that the service works as.
        today: the month to make partitions from.
    """
    with engine.begin() as connection:
        wait_for_others(connection)
        command.upgrade(configuration(connection), "head")
        grant(connection, application)
        with Session(bind=connection) as session:
            make_ahead(session, today, MONTHS_AHEAD)


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for work on an open connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def wait_for_others(transaction: Connection | Session) -> None:
    """Hold the one lock of all migrations and seeds until the transaction ends."""
    transaction.execute(text("SELECT pg_advisory_xact_lock(hashtext('bihuan_migrations'))"))
