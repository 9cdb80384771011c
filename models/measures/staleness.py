"""Which days have to be counted again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text
from sqlmodel import col

from models.feedback import Feedback
from models.measures.figure import Figure
from models.measures.period import DAY, bounds, day_of, days

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LONGEST_GAP = timedelta(days=400)
# An item's day is one on which something happened to it, or on which its time is or was up.
_TOUCHED = text(
    "WITH touched AS (SELECT DISTINCT instance_key AS item FROM audit_record WHERE at >= :since),"
    " moments AS (SELECT at FROM audit_record JOIN touched ON instance_key = item"
    " UNION ALL SELECT (data #>> '{variables,due_at}')::timestamptz FROM audit_record"
    " JOIN touched ON instance_key = item WHERE kind = 'VARIABLES_SET' AND element = 'feedback'"
    " UNION ALL SELECT unnest(ARRAY[received_at, due_at, extended_until, replied_at, closed_at,"
    " escalated_at]) FROM feedback JOIN touched ON id = item"
    " UNION ALL SELECT unnest(ARRAY[sent_at, answered_at]) FROM survey"
    " JOIN touched ON feedback_id = item)"
    " SELECT DISTINCT (at AT TIME ZONE 'Asia/Shanghai')::date FROM moments WHERE at < :until"
)


def days_to_count(session: Session, yesterday: date, again: int) -> list[date]:
    """Return the days that need counting, in order.

    These are all that were missed, the latest ones again, and whatever days the items have a part
    in to which something happened since: who replies a second time changes the day of the first.

    Args:
        session: the database.
        yesterday: the last day that is over.
        again: how many days before it are counted once more.
    """
    first = _first_missed(session, yesterday)
    first = max(min(first, yesterday - timedelta(days=again)), yesterday - LONGEST_GAP)
    since, until = bounds(first, yesterday)
    touched = session.scalars(_TOUCHED, {"since": since, "until": until})
    oldest = yesterday - LONGEST_GAP
    return sorted({*days(first, yesterday), *(day for day in touched if day >= oldest)})


def _first_missed(session: Session, yesterday: date) -> date:
    of_days = select(func.max(col(Figure.start))).where(col(Figure.period) == DAY)
    last = session.scalar(of_days.where(col(Figure.start) <= yesterday))
    if last is not None:
        return last + timedelta(days=1)
    earliest = session.scalar(select(func.min(col(Feedback.received_at))))
    return yesterday if earliest is None else day_of(earliest)
