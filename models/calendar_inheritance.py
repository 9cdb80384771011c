"""Departments follow the house's holidays, but for years of their own (日历继承)."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from models import calendar_version
from models.calendar_version import ListedDay

Days = Mapping[date, ListedDay]


def heirs(session: Session, house: int) -> dict[str, dict[date, ListedDay]]:
    """Return the days that departments have now that the house has a new version, by department.

    A year is a department's own when its days are those of no version of the house. Departments
    whose days stay as they are are left out.

    Args:
        session: the transaction, in which nobody else imports (`calendar_version.next_version`).
        house: the version of the house that is new.
    """
    versions = [v.version for v in calendar_version.every(session) if v.department is None]
    known = [_by_year(calendar_version.days_of(session, one)) for one in versions]
    new = _by_year(calendar_version.days_of(session, house))
    found: dict[str, dict[date, ListedDay]] = {}
    for department in sorted(calendar_version.departments(session)):
        current = calendar_version.newest(session, department)
        before = calendar_version.days_of(session, current) if current else {}
        after = _inherited(_by_year(before), new, known)
        if after != before:
            found[department] = after
    return found


def _inherited(
    own: Mapping[int, Days], new: Mapping[int, Days], known: list[dict[int, dict[date, ListedDay]]]
) -> dict[date, ListedDay]:
    days: dict[date, ListedDay] = {}
    for year in sorted({*own, *new}):
        mine = own.get(year, {})
        follows = not mine or any(mine == house.get(year, {}) for house in known)
        days |= new.get(year, {}) if follows else mine
    return days


def _by_year(days: Days) -> dict[int, dict[date, ListedDay]]:
    found: dict[int, dict[date, ListedDay]] = {}
    for day, listed in days.items():
        found.setdefault(day.year, {})[day] = listed
    return found
