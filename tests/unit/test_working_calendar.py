"""The working calendar over Chinese holidays and their make-up days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations.seeds import calendar
from models.calendar_source import chinese_days
from models.working_calendar import CalendarError, WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = ((time(9), time(12)), (time(13), time(18)))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
CHINA = WorkingCalendar(
    version=1,
    zone="Asia/Shanghai",
    frames=dict.fromkeys(WEEKDAYS, OFFICE),
    days={day: listed.working for day, listed in calendar.listed_days().items()},
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_three_working_days_over_national_day_count_the_make_up_saturday() -> None:
    # In 2026 the 1st to the 7th of October are free and Saturday the 10th is worked.
    start = at("2026-09-30T16:20")

    ends = [CHINA.add_working_days(start, days) for days in (1, 2, 3, 4)]

    assert ends == [
        at("2026-10-08T16:20"),
        at("2026-10-09T16:20"),
        at("2026-10-10T16:20"),
        at("2026-10-12T16:20"),
    ]
    assert all(end.tzinfo is UTC for end in ends)


def test_a_make_up_sunday_before_the_holiday_is_a_working_day() -> None:
    assert CHINA.add_working_days(at("2026-09-18T10:00"), 1) == at("2026-09-20T10:00")


@pytest.mark.parametrize(
    "start", ["2026-03-06T20:30", "2026-03-07T20:30", "2026-03-08T20:30"], ids=["fri", "sat", "sun"]
)
def test_one_working_day_from_a_weekend_ends_on_monday_at_the_same_time(start: str) -> None:
    assert CHINA.add_working_days(at(start), 1) == at("2026-03-09T20:30")


def test_no_working_day_leaves_a_working_day_and_leaves_a_day_off_for_the_next_one() -> None:
    assert CHINA.add_working_days(at("2026-03-06T20:30"), 0) == at("2026-03-06T20:30")
    assert CHINA.add_working_days(at("2026-10-01T08:00"), 0) == at("2026-10-08T08:00")


def test_a_day_is_a_day_in_the_zone_of_the_calendar_not_in_utc() -> None:
    # 17:00 UTC on a Friday is Saturday 01:00 in Shanghai.
    start = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)

    assert CHINA.add_working_days(start, 1) == at("2026-03-09T01:00")


def test_working_time_stops_at_lunch_at_night_and_over_the_holiday() -> None:
    assert CHINA.add_working_time(at("2026-03-06T11:00"), timedelta(hours=2)) == at(
        "2026-03-06T14:00"
    )
    assert CHINA.add_working_time(at("2026-03-06T17:30"), timedelta(hours=1)) == at(
        "2026-03-09T09:30"
    )
    assert CHINA.add_working_time(at("2026-09-30T17:00"), timedelta(hours=2)) == at(
        "2026-10-08T10:00"
    )


def test_a_make_up_day_has_the_hours_of_a_weekday() -> None:
    assert CHINA.frames_on(date(2026, 10, 10)) == OFFICE
    assert CHINA.add_working_time(at("2026-10-09T17:00"), timedelta(hours=9)) == at(
        "2026-10-10T18:00"
    )


def test_a_year_without_holidays_counts_weekdays_and_is_named() -> None:
    start = at("2027-09-30T09:00")

    end = CHINA.add_working_days(start, 3)

    assert end == at("2027-10-05T09:00")
    assert CHINA.years_without_data(start.date(), end.date()) == (2027,)
    assert CHINA.years_without_data(date(2024, 1, 1), date(2026, 12, 31)) == ()


def test_a_limit_beyond_ten_years_is_refused_instead_of_counted() -> None:
    with pytest.raises(CalendarError):
        CHINA.add_working_days(at("2026-03-06T11:00"), 5000)
    with pytest.raises(CalendarError):
        CHINA.add_working_days(at("2026-03-06T11:00"), -1)
    with pytest.raises(CalendarError):
        CHINA.add_working_time(at("2026-03-06T11:00"), timedelta(hours=-1))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(CalendarError):
        CHINA.add_working_days(datetime(2026, 3, 6), 1)  # noqa: DTZ001 - that is the point


def test_a_calendar_without_hours_or_with_overlapping_ones_is_refused() -> None:
    with pytest.raises(CalendarError):
        WorkingCalendar(1, "Asia/Shanghai", {}, {})
    with pytest.raises(CalendarError):
        WorkingCalendar(
            1, "Asia/Shanghai", {"mon": ((time(9), time(12)), (time(11), time(18)))}, {}
        )


def test_the_bundled_days_are_those_of_the_source() -> None:
    assert calendar.listed_days() == chinese_days([2024, 2025, 2026])


def test_the_source_names_the_years_that_it_does_not_know() -> None:
    with pytest.raises(LookupError, match="2050"):
        chinese_days([2026, 2050])


@given(
    start=st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 1)),  # noqa: DTZ001 - zone below
    days=st.integers(0, 30),
    more=st.integers(1, 10),
)
def test_more_working_days_end_later_and_always_on_a_working_day(
    start: datetime, days: int, more: int
) -> None:
    first = CHINA.add_working_days(start.replace(tzinfo=SHANGHAI), days)
    second = CHINA.add_working_days(start.replace(tzinfo=SHANGHAI), days + more)

    assert first <= second
    assert CHINA.is_working_day(second.astimezone(SHANGHAI).date())
