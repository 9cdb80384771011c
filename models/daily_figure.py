"""Figures computed once a day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Numeric, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col


class DailyFigure(SQLModel, table=True):
    """One number of one day (日指标), by measure and dimension."""

    __tablename__ = "daily_figure"

    day: date = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    dimension: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: Decimal = Field(sa_type=Numeric)


def put(session: Session, figures: Sequence[DailyFigure]) -> None:
    """Store figures; a day computed again replaces what was there."""
    if not figures:
        return
    new = insert(DailyFigure).values([figure.model_dump() for figure in figures])
    keys = ["day", "measure", "dimension", "key"]
    session.execute(
        new.on_conflict_do_update(index_elements=keys, set_={"value": new.excluded.value})
    )


def replace_day(session: Session, day: date, figures: Sequence[DailyFigure]) -> None:
    """Make these the figures of a day, so that nothing of an earlier count stays."""
    session.execute(delete(DailyFigure).where(col(DailyFigure.day) == day))
    if figures:
        session.execute(insert(DailyFigure), [figure.model_dump() for figure in figures])


def read(session: Session, measure: str, first: date, last: date) -> Sequence[DailyFigure]:
    """Return a measure from `first` to `last`, both included."""
    day = col(DailyFigure.day)
    own = select(DailyFigure).where(col(DailyFigure.measure) == measure, day.between(first, last))
    order = (day, col(DailyFigure.dimension), col(DailyFigure.key))
    return session.scalars(own.order_by(*order)).all()
