"""The figures of one day, counted from feedback and surveys.

A day is a day in Shanghai. Shares and means are kept as counts and sums beside them, since means
of days cannot be added up to a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Label,
    Select,
    SQLColumnExpression,
    func,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlmodel import col

from models import daily_figure
from models.daily_figure import DailyFigure
from models.feedback import Feedback
from models.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.orm import Session

ZONE = ZoneInfo("Asia/Shanghai")
TOTAL = "total"
UNKNOWN = "unknown"
LONGEST_GAP = timedelta(days=400)


@dataclass(frozen=True)
class Cohort:
    """Rows that belong to a day by one of their moments (队列), and what is counted of them."""

    moment: SQLColumnExpression[Any]
    measures: Mapping[str, SQLColumnExpression[Any]]
    dimensions: Mapping[str, SQLColumnExpression[Any]]
    condition: SQLColumnExpression[bool] | None = None
    of_surveys: bool = False

    def query(self, start: datetime, end: datetime) -> Select[Any]:
        """Return the query for all dimensions and the total in one pass."""
        # Written into the text: as a parameter it would make two different expressions.
        unknown: SQLColumnExpression[str] = literal_column(f"'{UNKNOWN}'")
        keys = {name: func.coalesce(column, unknown) for name, column in self.dimensions.items()}
        columns: list[Label[Any]] = [
            value.label(name) for name, value in (*keys.items(), *self.measures.items())
        ]
        sets = func.grouping_sets(*(tuple_(key) for key in keys.values()), text("()"))
        rows = select(*columns).where(self.moment >= start, self.moment < end)
        if self.condition is not None:
            rows = rows.where(self.condition)
        if self.of_surveys:
            rows = rows.join_from(Survey, Feedback, col(Survey.feedback_id) == col(Feedback.id))
        return rows.group_by(sets)

    def figures(self, session: Session, day: date) -> Iterator[DailyFigure]:
        """Count one day; a mean of nothing is left out."""
        for row in session.execute(self.query(*bounds(day))).mappings():
            present = ((name, row[name]) for name in self.dimensions if row[name] is not None)
            dimension, key = next(present, (TOTAL, ""))
            place: dict[str, Any] = {"day": day, "dimension": dimension, "key": key}
            for measure in self.measures:
                if row[measure] is not None:
                    yield DailyFigure(**place, measure=measure, value=Decimal(row[measure]))


def _dimensions(*names: str) -> dict[str, SQLColumnExpression[Any]]:
    return {name: col(getattr(Feedback, name)) for name in names}


_SPENT = func.extract("epoch", col(Feedback.replied_at) - col(Feedback.received_at))
_DEADLINE = func.coalesce(col(Feedback.extended_until), col(Feedback.due_at))
_SATISFIED = col(Survey.score).in_(("very_satisfied", "satisfied"))

COHORTS = (
    Cohort(
        col(Feedback.received_at),
        {"volume": func.count()},
        _dimensions("type", "category", "product", "region", "department", "channel", "urgency"),
    ),
    Cohort(
        col(Feedback.closed_at),
        {
            "closed": func.count(),
            "unanswered": func.count().filter(col(Feedback.outcome) == "unanswered"),
        },
        _dimensions("type", "region", "department", "channel", "outcome"),
    ),
    # Handling ends with the reply: the days a customer takes to answer a survey are not ours.
    Cohort(
        col(Feedback.replied_at),
        {
            "replied": func.count(),
            "handling_seconds": func.coalesce(func.sum(_SPENT), 0),
            "handling_seconds_mean": func.round(func.avg(_SPENT), 3),
        },
        _dimensions("type", "department"),
    ),
    Cohort(
        col(Feedback.escalated_at),
        {"escalated": func.count()},
        _dimensions("type", "department"),
    ),
    # By the day of the limit, so that an item that nobody answers counts as late.
    Cohort(
        _DEADLINE,
        {
            "due": func.count(),
            "on_time": func.count().filter(col(Feedback.replied_at) <= _DEADLINE),
        },
        _dimensions("type", "department"),
        condition=col(Feedback.status) != "withdrawn",
    ),
    Cohort(
        col(Survey.sent_at),
        {"surveys_sent": func.count()},
        _dimensions("department"),
        of_surveys=True,
    ),
    Cohort(
        col(Survey.answered_at),
        {"surveys_answered": func.count(), "satisfied": func.count().filter(_SATISFIED)},
        {**_dimensions("type", "department"), "score": col(Survey.score)},
        of_surveys=True,
    ),
)


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a day in Shanghai and that of the next."""
    start = datetime.combine(day, time(), ZONE)
    return start, datetime.combine(day + timedelta(days=1), time(), ZONE)


def day_of(at: datetime) -> date:
    """Return the day of a moment in Shanghai."""
    return at.astimezone(ZONE).date()


def aggregate_day(session: Session, day: date) -> list[DailyFigure]:
    """Count a day anew and replace its figures, in the caller's transaction.

    Every measure has a total, also when it is 0, so that a quiet day differs from one that was
    never counted.
    """
    _lock(session)
    figures = [figure for cohort in COHORTS for figure in cohort.figures(session, day)]
    daily_figure.replace_day(session, day, figures)
    return figures


def days_to_count(session: Session, yesterday: date, again: int) -> list[date]:
    """Return the days that need counting: all that were missed, and the latest ones again.

    Args:
        session: the database.
        yesterday: the last day that is over.
        again: how many days before it are counted once more, for what changed since.
    """
    last = session.scalar(select(func.max(col(DailyFigure.day))))
    if last is None:
        earliest = session.scalar(select(func.min(col(Feedback.received_at))))
        first = yesterday if earliest is None else day_of(earliest)
    else:
        first = last + timedelta(days=1)
    first = max(min(first, yesterday - timedelta(days=again)), yesterday - LONGEST_GAP)
    return [first + timedelta(days=n) for n in range((yesterday - first).days + 1)]


def _lock(session: Session) -> None:
    """Let one count at a time replace figures."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('daily_figure'))"))
