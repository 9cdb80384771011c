"""Figures, computed once a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Numeric, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.measures.period import Period

TOTAL = "total"
EVERY_DEPARTMENT = ""


class Figure(SQLModel, table=True):
    """One number of one period (指标值), for the whole house or within one department.

    `items` is how many rows stand behind it; `key` is the value of the dimension, empty for the
    dimension `total`.
    """

    __tablename__ = "figure"

    period: str = Field(primary_key=True)
    start: date = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    department: str = Field(primary_key=True)
    dimension: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: Decimal = Field(sa_type=Numeric)
    items: int


def replace(session: Session, period: Period, figures: Sequence[Figure]) -> None:
    """Make these the figures of a period, so that nothing of an earlier count stays."""
    own = (col(Figure.period) == period.kind, col(Figure.start) == period.start)
    session.execute(delete(Figure).where(*own))
    if figures:
        session.execute(insert(Figure), [figure.model_dump() for figure in figures])


def read(
    session: Session,
    measure: str,
    kind: str,
    first: date,
    last: date,
    *,
    dimension: str = TOTAL,
    department: str = EVERY_DEPARTMENT,
) -> Sequence[Figure]:
    """Return a measure for the periods that begin from `first` to `last`, both included."""
    own = select(Figure).where(
        col(Figure.measure) == measure,
        col(Figure.period) == kind,
        col(Figure.start).between(first, last),
        col(Figure.dimension) == dimension,
        col(Figure.department) == department,
    )
    return session.scalars(own.order_by(col(Figure.start), col(Figure.key))).all()


def departments(session: Session, period: Period) -> Sequence[str]:
    """Return the departments that have figures of their own in a period."""
    own = select(col(Figure.department)).distinct()
    in_period = (col(Figure.period) == period.kind, col(Figure.start) == period.start)
    chosen = own.where(*in_period, col(Figure.department) != EVERY_DEPARTMENT)
    return session.scalars(chosen.order_by(col(Figure.department))).all()


def lock(session: Session) -> None:
    """Let one count at a time replace figures; the lock ends with the transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('figure'))"))
