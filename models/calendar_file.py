"""Holidays and make-up days out of files: CSV, or iCalendar as phones subscribe to."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

from models.calendar_version import ListedDay
from models.icalendar import CalendarFileError, Event, events

MAX_DAYS = 4000
_WORKING = {"1": True, "true": True, "work": True, "班": True, "上班": True}
_FREE = {"0": False, "false": False, "off": False, "休": False, "放假": False}
_SAYS = _WORKING | _FREE
_AT_WORK = ("班", "上班", "补班", "(班)", "（班）")


def read_csv(content: bytes) -> dict[date, ListedDay]:
    """Return the days of a CSV file with the columns `day`, `working` and perhaps `name`.

    `working` is 1 or 0, work or off, 班 or 休.

    Raises:
        CalendarFileError: with the line.
    """
    rows = csv.DictReader(io.StringIO(_text(content), newline=""))
    if not {"day", "working"} <= set(rows.fieldnames or ()):
        raise CalendarFileError("calendar_columns_missing", 1)
    found: dict[date, ListedDay] = {}
    for row in rows:
        day, listed = _day(row, rows.line_num)
        if day in found:
            raise CalendarFileError("calendar_day_twice", rows.line_num)
        found[day] = listed
        _check(found, rows.line_num)
    return _some(found)


def read_icalendar(content: bytes) -> dict[date, ListedDay]:
    """Return the days of an iCalendar file (RFC 5545): each event is a holiday or a make-up day.

    A make-up day (调休) says so by `X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY`, or its summary ends
    with 班. Of two events on one day the make-up day counts.

    Raises:
        CalendarFileError: with the line.
    """
    found: dict[date, ListedDay] = {}
    for event in events(_text(content)):
        working = _is_worked(event)
        for day in _days(event):
            if working or day not in found:
                found[day] = ListedDay(working, event.summary)
            _check(found, event.line)
    return _some(found)


def _is_worked(event: Event) -> bool:
    if event.special:
        return event.special == "ALTERNATE-WORKDAY"
    return event.summary.strip().endswith(_AT_WORK)


def _days(event: Event) -> Iterator[date]:
    """Yield the days of an event; its end is not among them, a missing one is the day after."""
    length = (event.end - event.start).days if event.end else 1
    for n in range(min(max(length, 1), MAX_DAYS + 1)):
        yield event.start + timedelta(days=n)


def _day(row: dict[str | None, str | None], line: int) -> tuple[date, ListedDay]:
    working = _SAYS.get((row["working"] or "").strip().lower())
    if working is None:
        raise CalendarFileError("calendar_working_unknown", line)
    try:
        day = date.fromisoformat((row["day"] or "").strip())
    except ValueError:
        raise CalendarFileError("calendar_day_invalid", line) from None
    return day, ListedDay(working, (row.get("name") or "").strip()[:100])


def _check(found: dict[date, ListedDay], line: int) -> None:
    if len(found) > MAX_DAYS:
        raise CalendarFileError("calendar_too_many_days", line)


def _some(found: dict[date, ListedDay]) -> dict[date, ListedDay]:
    if not found:
        raise CalendarFileError("calendar_empty", 1)
    return found


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CalendarFileError("calendar_encoding_unknown", 1)
