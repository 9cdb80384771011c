"""What a measure is: rows that belong to a window, and how much each of them adds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Numeric,
    Select,
    SQLColumnExpression,
    String,
    cast,
    func,
    literal_column,
    select,
)
from sqlmodel import col

from models.feedback import Feedback
from models.survey import Survey

if TYPE_CHECKING:
    from datetime import datetime

UNKNOWN = "unknown"
DEPARTMENT = "department"


class Unit(StrEnum):
    """In what a figure is expressed (单位)."""

    ITEMS = "items"
    ANSWERS = "answers"
    SHARE = "share"
    SECONDS = "seconds"


# A figure in these units is a mean over its rows, the others are sums.
MEANS = frozenset({Unit.SHARE, Unit.SECONDS})


@dataclass(frozen=True)
class Population:
    """Rows that belong to a window by one of their moments (口径).

    Attributes:
        moment: the column that places a row in time.
        condition: which rows count at all.
        of_surveys: whether a row is a survey of an item rather than the item.
    """

    moment: SQLColumnExpression[Any]
    condition: SQLColumnExpression[bool] | None = None
    of_surveys: bool = False


@dataclass(frozen=True)
class Measure:
    """One measure (指标); its counting rule in words stands in the catalogues under its name.

    Attributes:
        name: its code.
        unit: of the value.
        population: the rows.
        amount: what a row adds; for a share 1 or 0.
        dimensions: columns that it can be split by; the department is always one of them.
    """

    name: str
    unit: Unit
    population: Population
    amount: SQLColumnExpression[Any]
    dimensions: tuple[str, ...]

    @property
    def is_mean(self) -> bool:
        """Whether the value is a mean over the rows; otherwise it is their sum."""
        return self.unit in MEANS

    def rows(self, start: datetime, end: datetime) -> Select[Any]:
        """Return the query for the rows of a window, half-open: figures and items both use it."""
        moment = self.population.moment
        keys = {DEPARTMENT, *self.dimensions}
        rows = select(
            col(Feedback.id).label("id"),
            moment.label("at"),
            cast(self.amount, Numeric).label("amount"),
            *(_key(name).label(name) for name in sorted(keys)),
        ).where(moment >= start, moment < end)
        if self.population.condition is not None:
            rows = rows.where(self.population.condition)
        if self.population.of_surveys:
            rows = rows.join_from(Survey, Feedback, col(Survey.feedback_id) == col(Feedback.id))
        return rows

    def value(self, amount: SQLColumnExpression[Any]) -> SQLColumnExpression[Any]:
        """Return the figure of some rows; a mean of nothing is null, a sum of nothing is 0."""
        if self.is_mean:
            return func.round(func.avg(amount), 6)
        return func.coalesce(func.sum(amount), 0)


def _key(name: str) -> SQLColumnExpression[str]:
    table = Survey if name == "score" else Feedback
    unknown: SQLColumnExpression[str] = literal_column(f"'{UNKNOWN}'", String)
    return func.coalesce(col(getattr(table, name)), unknown)
