"""What flows work with, from the settings of their process."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

import settings
from models.database import engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@contextmanager
def database(*, as_owner: bool = False) -> Iterator[Engine]:
    """A pool of one connection (连接); statements used again on it are compiled once.

    Args:
        as_owner: as the owner of the database, if its address is configured.
    """
    chosen = settings.load()
    owner = chosen.owner_database_url if as_owner else ""
    pool = engine(owner or chosen.database_url, pool_size=1, application_name="bihuan flows")
    try:
        yield pool
    finally:
        pool.dispose()


@contextmanager
def transaction(*, as_owner: bool = False) -> Iterator[Session]:
    """One transaction (事务) on a connection of its own; `as_owner` as for `database`."""
    with database(as_owner=as_owner) as pool, Session(pool) as session, session.begin():
        yield session
