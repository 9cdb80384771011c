"""Monthly partitions of the record tables."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def make_ahead(session: Session, since: date, months: int = 3) -> list[str]:
    """Make the partitions (分区) of the month of `since` and of `months` more.

    What is there already stays; rows that waited in the default partition are moved.

    Returns:
        The names of the new partitions.
    """
    names = select(func.make_partitions(since, months))
    return [str(name) for name in session.scalars(names)]
