"""Dates, times and durations of FEEL."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.feel import evaluate
from bpmn.feel.civil import civil_from_days, days_from_civil
from bpmn.feel.durations import DaysTimeDuration, parse_duration
from bpmn.feel.values import from_json, to_json, to_python

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def json_of(text: str, /, **scope: Any) -> Any:
    return to_json(evaluate(text, scope, now=NOW).value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('date("2024-02-30")', None),
        ('date("2024-02-29") + @"P1Y"', "2025-02-28"),
        ('date("999999999-12-31")', "999999999-12-31"),
        ('date("-2017-01-01").year', -2017),
        ('date("2026-05-04").weekday', 1),
        ('time("10:30:00+08:00") - time("10:30:00Z")', "-PT8H"),
        ('time("25:00:00")', None),
        ('date and time("2024-05-01T24:00:00")', "2024-05-02T00:00:00"),
        ('date and time("2024-05-01T10:00:00@Asia/Shanghai") < now()', True),
        ('date and time("2024-07-01T10:00:00@Europe/Berlin").time offset', "PT2H"),
        ('date and time("12024-07-01T10:00:00@Europe/Berlin").time offset', "PT2H"),
        ('duration("P1DT26H")', "P2DT2H"),
        ('duration("P14M")', "P1Y2M"),
        ('duration("P1Y1D")', None),
        ('duration("PT1.5S") * 2', "PT3S"),
        ('duration("P1D") / duration("PT6H")', 4),
        ('years and months duration(@"2011-12-22", @"2013-08-24")', "P1Y8M"),
        ('week of year(@"2005-01-01")', 53),
        ('day of week(@"2019-09-17")', "Tuesday"),
        ('for d in @"2026-02-27"..@"2026-03-01" return d.day', [27, 28, 1]),
        ("today()", "2026-05-04"),
        ("now()", "2026-05-04T09:30:00@Asia/Shanghai"),
        ('@"10:00:00" < @"10:00:00Z"', None),
    ],
)
def test_moments_follow_the_calendar_and_the_clocks(text: str, expected: Any) -> None:
    assert json_of(text) == expected


@given(st.dates())
def test_our_calendar_agrees_with_pythons(day: date) -> None:
    days = (day - date(1970, 1, 1)).days

    assert days_from_civil(day.year, day.month, day.day) == days
    assert civil_from_days(days) == (day.year, day.month, day.day)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_the_calendar_has_a_day_for_every_number_and_back(days: int) -> None:
    assert days_from_civil(*civil_from_days(days)) == days


@given(st.timedeltas(min_value=timedelta(days=-90000), max_value=timedelta(days=90000)))
def test_a_duration_survives_its_own_text(length: timedelta) -> None:
    written = DaysTimeDuration.of(length).iso()

    assert parse_duration(written) == DaysTimeDuration.of(length)
    assert to_python(from_json(length)) == length


@given(st.datetimes(timezones=st.sampled_from([None, UTC, ZoneInfo("Asia/Shanghai")])))
def test_a_python_moment_survives_feel(moment: datetime) -> None:
    assert to_python(from_json(moment)) == moment
    assert json_of("date and time(text)", text=to_json(moment)) == to_json(moment)
