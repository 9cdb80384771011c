"""What must hold of working time for every moment: against `chinesecalendar`, and both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import chinese_calendar  # type: ignore[import-untyped]
import pytest
from chinese_calendar.constants import holidays  # type: ignore[import-untyped]
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.calendar_source import chinese_days
from models.clock_ledger import ledger
from models.working_calendar import WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEARS = sorted({day.year for day in holidays})
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = ((time(9), time(12)), (time(13), time(18)))
NIGHT = ((time(0), time(2, 30)), (time(8), time(11, 15)), (time(20), time(23, 59)))
DAYS = {day: listed.working for day, listed in chinese_days(YEARS).items()}
CALENDARS = [
    WorkingCalendar(1, "Asia/Shanghai", dict.fromkeys(WEEKDAYS, OFFICE), DAYS),
    WorkingCalendar(2, "Asia/Shanghai", dict.fromkeys(WEEKDAYS, NIGHT) | {"sat": OFFICE}, DAYS),
]
calendars = st.sampled_from(CALENDARS)
# How long one example takes says more of what else the machine does.
UNHURRIED = settings(deadline=None)
moments = st.datetimes(
    datetime(YEARS[0], 2, 1),  # noqa: DTZ001 - zone below
    datetime(YEARS[-1], 12, 1),  # noqa: DTZ001 - zone below
    timezones=st.just(SHANGHAI),
)
spans = st.timedeltas(timedelta(0), timedelta(hours=400))


def in_hours(calendar: WorkingCalendar, moment: datetime) -> bool:
    """Say whether a moment lies within working hours, the end of a frame left out."""
    local = moment.astimezone(SHANGHAI)
    return any(a <= local.time() < b for a, b in calendar.frames_on(local.date()))


@pytest.mark.parametrize("year", YEARS)
def test_every_day_of_every_known_year_is_worked_exactly_if_the_state_council_says_so(
    year: int,
) -> None:
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]

    differing = [
        day for day in days if CALENDARS[0].is_working_day(day) != chinese_calendar.is_workday(day)
    ]

    assert differing == []


@UNHURRIED
@given(start=moments, days=st.integers(0, 40))
def test_working_days_are_counted_as_chinesecalendar_counts_them(
    start: datetime, days: int
) -> None:
    end = CALENDARS[0].add_working_days(start, days).astimezone(SHANGHAI)
    # Beyond its years the package has nothing to say.
    assume(end.year <= YEARS[-1])

    passed = chinese_calendar.get_workdays(start.date() + timedelta(days=1), end.date())
    expected = days if days or chinese_calendar.is_workday(start.date()) else 1
    assert len(passed) == expected
    assert end.time() == start.time()


@UNHURRIED
@given(calendar=calendars, start=moments, days=st.integers(0, 60))
def test_working_days_subtracted_lead_back_to_every_working_day(
    calendar: WorkingCalendar, start: datetime, days: int
) -> None:
    start = calendar.add_working_days(start, 0)

    assert calendar.subtract_working_days(calendar.add_working_days(start, days), days) == start
    assert calendar.add_working_days(calendar.subtract_working_days(start, days), days) == start


@UNHURRIED
@given(calendar=calendars, start=moments, days=st.integers(1, 60))
def test_from_a_day_off_counting_back_and_forth_ends_on_the_working_day_after_it(
    calendar: WorkingCalendar, start: datetime, days: int
) -> None:
    back = calendar.subtract_working_days(start, days)

    assert back < start
    assert calendar.add_working_days(back, days) == calendar.add_working_days(start, 0)


@UNHURRIED
@given(calendar=calendars, start=moments, span=spans)
def test_working_time_subtracted_leads_back_to_every_moment_within_working_hours(
    calendar: WorkingCalendar, start: datetime, span: timedelta
) -> None:
    end = calendar.add_working_time(start, span)
    back = calendar.subtract_working_time(end, span)

    assert calendar.working_time_between(start, end) == span
    assert calendar.working_time_between(back, end) == span
    assert calendar.working_time_between(min(start, back), max(start, back)) == timedelta(0)
    if span and in_hours(calendar, start) and in_hours(calendar, start - timedelta(microseconds=1)):
        assert back == start


@UNHURRIED
@given(calendar=calendars, end=moments, span=spans)
def test_working_time_added_leads_forward_again_from_where_subtracting_ended(
    calendar: WorkingCalendar, end: datetime, span: timedelta
) -> None:
    start = calendar.subtract_working_time(end, span)

    assert calendar.working_time_between(start, end) == span
    assert calendar.working_time_between(calendar.add_working_time(start, span), end) == timedelta(
        0
    )


@UNHURRIED
@given(calendar=calendars, start=moments, first=spans, second=spans)
def test_working_time_in_two_parts_is_the_working_time_in_one(
    calendar: WorkingCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    in_parts = calendar.add_working_time(calendar.add_working_time(start, first), second)
    at_once = calendar.add_working_time(start, first + second)

    assert calendar.working_time_between(in_parts, at_once) == timedelta(0)


@UNHURRIED
@given(
    calendar=st.sampled_from([None, *CALENDARS]),
    start=moments,
    lasts=st.timedeltas(timedelta(0), timedelta(days=20)),
    cuts=st.lists(st.timedeltas(timedelta(days=-1), timedelta(days=21)), max_size=12, unique=True),
    still_paused=st.booleans(),
)
def test_worked_paused_and_off_are_the_wall_time_whatever_the_schedule(
    calendar: WorkingCalendar | None,
    start: datetime,
    lasts: timedelta,
    cuts: list[timedelta],
    *,
    still_paused: bool,
) -> None:
    start = start.astimezone(UTC)
    moments = [start + cut for cut in sorted(cuts)]
    pauses: list[tuple[datetime, datetime | None]] = list(
        zip(moments[::2], moments[1::2], strict=False)
    )
    pauses += [(moments[-1], None)] if moments and still_paused else []

    found = ledger(start, start + lasts, pauses, calendar)

    parts = [found.total("worked"), found.total("paused"), found.total("off")]
    assert sum(parts, timedelta(0)) == lasts
    assert all(a.end == b.start and a.state != b.state for a, b in pairwise(found.intervals))
    assert all(one.length > timedelta(0) for one in found.intervals)
    if calendar is None:
        assert found.total("off") == timedelta(0)
    if calendar is not None and not pauses:
        assert found.total("worked") == calendar.working_time_between(start, start + lasts)


def test_a_night_in_a_pause_is_paused_and_a_night_without_one_is_off() -> None:
    monday = datetime(2026, 3, 9, 16, tzinfo=SHANGHAI)
    pause = (monday + timedelta(hours=1), monday + timedelta(hours=18))

    found = ledger(monday, monday + timedelta(days=2), [pause], CALENDARS[0])

    assert [(one.state, one.length.total_seconds() / 3600) for one in found.intervals] == [
        ("worked", 1),
        ("paused", 17),
        ("worked", 2),
        ("off", 1),
        ("worked", 5),
        ("off", 15),
        ("worked", 3),
        ("off", 1),
        ("worked", 3),
    ]


def test_a_year_the_house_knows_nothing_of_counts_weekdays_and_is_named() -> None:
    unknown = YEARS[-1] + 1
    first = date(unknown, 1, 1)
    days = [first + timedelta(days=n) for n in range(365)]

    assert all(CALENDARS[0].is_working_day(day) == (day.isoweekday() <= 5) for day in days)
    assert CALENDARS[0].years_without_data(first, days[-1]) == (unknown,)
