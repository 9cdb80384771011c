"""Chinese statutory holidays as a source for an import."""

from collections.abc import Iterable
from datetime import date

from chinese_calendar import Holiday  # type: ignore[import-untyped]
from chinese_calendar.constants import holidays, workdays  # type: ignore[import-untyped]

from models.calendar_version import ListedDay


def chinese_days(years: Iterable[int]) -> dict[date, ListedDay]:
    """Return the holidays and make-up days (调休) of some years.

    Raises:
        LookupError: the source has no data for one of the years.
    """
    names = {holiday.value: str(holiday.chinese) for holiday in Holiday}
    wanted = set(years)
    missing = wanted - {day.year for day in holidays}
    if missing:
        raise LookupError(f"no holidays are known for {sorted(missing)}")
    listed = {day: ListedDay(False, names[name]) for day, name in holidays.items()}
    listed |= {day: ListedDay(True, names[name]) for day, name in workdays.items()}
    return {day: listed[day] for day in sorted(listed) if day.year in wanted}
