"""Timer cycles written as cron: which times they name, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bpmn import cron
from bpmn.clock import ENDLESS, Clock, TimerError, parse_cycle, to_text
from bpmn.deployment import examine
from models.working_calendar import WorkingCalendar
from tests.drawings import START, Life, chain, drawing, timer, user, xml

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Monday.
BEGIN = datetime(2026, 5, 11, 9, 0, tzinfo=SHANGHAI)
CALENDAR = WorkingCalendar(1, "Asia/Shanghai", {"mon": ((time(9), time(17)),)}, {})


def coming(text: str, number: int = 3, since: datetime = BEGIN) -> list[str]:
    """Return the next times of an expression on the clocks of the place where it was asked."""
    found = []
    for _ in range(number):
        since = cron.parse(text).after(since, BEGIN.tzinfo or UTC)
        found.append(f"{since.astimezone(BEGIN.tzinfo):%y-%m-%d %H:%M:%S}")
    return found


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("0 0 9 * * *", ["26-05-12 09:00:00", "26-05-13 09:00:00"]),
        ("0 0 9-17/4 * * MON-FRI", ["26-05-11 13:00:00", "26-05-11 17:00:00"]),
        ("*/20 59 9 * * ?", ["26-05-11 09:59:00", "26-05-11 09:59:20"]),
        ("0 0 0 1 JAN,jul *", ["26-07-01 00:00:00", "27-01-01 00:00:00"]),
        ("0 0 0 L * *", ["26-05-31 00:00:00", "26-06-30 00:00:00"]),
        ("0 0 8 * * 5L", ["26-05-29 08:00:00", "26-06-26 08:00:00"]),
        ("0 0 8 * * MON#2", ["26-06-08 08:00:00", "26-07-13 08:00:00"]),
        ("0 0 8 * * 7", ["26-05-17 08:00:00", "26-05-24 08:00:00"]),
        ("0 0 8 13 * FRI", ["26-11-13 08:00:00", "27-08-13 08:00:00"]),
        ("0 0 0 29 2 *", ["28-02-29 00:00:00", "32-02-29 00:00:00"]),
        ("0 10/25 9 * * *", ["26-05-11 09:10:00", "26-05-11 09:35:00"]),
        ("@hourly", ["26-05-11 10:00:00", "26-05-11 11:00:00"]),
        ("@weekly", ["26-05-17 00:00:00", "26-05-24 00:00:00"]),
    ],
)
def test_an_expression_names_its_next_times(text: str, times: list[str]) -> None:
    assert coming(text, len(times)) == times


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *", "60 * * * * *", "0 0 24 * * *", "0 0 0 0 * *", "0 0 0 30 2 *",
        "0 0 0 * 13 *", "0 0 0 * * 8", "0 0 5-3 * * *", "0 */0 * * * *", "? * * * * *",
        "0 0 0 15W * *", "0 0 0 * MON *", "0 0 0 * * JAN", "0 0 0 * * MON#6", "@sometimes",
        "0 0 x * * *", "*-3 * * * * *", "0,,1 * * * * *", "²0 0 0 * * *",
    ],
)  # fmt: skip
def test_what_names_no_time_is_refused(text: str) -> None:
    with pytest.raises(TimerError):
        parse_cycle(text)


def test_a_time_that_clocks_leave_out_comes_once_when_they_are_set() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    daily = cron.parse("0 30 2 * * *")

    spring = daily.after(datetime(2026, 3, 28, 12, tzinfo=berlin), berlin)
    autumn = daily.after(datetime(2026, 10, 24, 12, tzinfo=berlin), berlin)

    assert spring.astimezone(berlin).hour == 3
    assert daily.after(spring, berlin).astimezone(berlin).day == 30
    assert daily.after(autumn, berlin) - autumn == timedelta(hours=25)


def test_a_cycle_counts_on_the_clocks_of_the_calendar() -> None:
    clock = Clock(BEGIN.astimezone(UTC), CALENDAR, scale=0.001)

    assert parse_cycle("0 0 9 * * *") == (ENDLESS, "0 0 9 * * *")
    due = clock.first_repetition("0 0 9 * * *")
    assert due.astimezone(SHANGHAI) == BEGIN + timedelta(days=1)
    # What was missed is not made up for.
    late = Clock(BEGIN + timedelta(days=9, hours=1), CALENDAR)
    assert late.next_repetition(due, "0 0 9 * * *", "wall") == BEGIN + timedelta(days=10)


def test_a_boundary_timer_reminds_every_morning() -> None:
    cycle = timer("0 0 9 * * *", "timeCycle")
    reminder = '<bpmn:boundaryEvent id="b" attachedToRef="a" cancelActivity="false">'
    body = '<bpmn:startEvent id="start" />' + user("a") + '<bpmn:endEvent id="end" />'
    body += reminder + cycle + "</bpmn:boundaryEvent>" + user("remind")
    drawn = drawing(body + chain("start", "a", "end") + chain("b", "remind"))
    life = Life(drawn, calendar=CALENDAR).start()

    for _ in range(2):
        life.wait(timedelta(days=1))

    assert life.waiting() == ["a", "remind", "remind"]
    [left] = life.state.timers.values()
    assert left.due == to_text(START + timedelta(days=3))


@pytest.mark.parametrize(
    ("text", "attributes", "codes"),
    [
        ("0 0 9 * * MON-FRI", "", []),
        ("0 0 9 * * MON-FRI", 'bihuan:clock="working"', ["cron_on_working_time"]),
        ("0 0 9 * *", "", ["timer_invalid"]),
    ],
)
def test_a_drawing_with_cron_is_examined(text: str, attributes: str, codes: list[str]) -> None:
    begun = f'<bpmn:startEvent id="start">{timer(text, "timeCycle", attributes)}</bpmn:startEvent>'
    body = begun + user("a") + '<bpmn:endEvent id="end" />' + chain("start", "a", "end")

    found = examine({"p.bpmn": xml(body)})

    assert [one.code for one in found if one.severity == "error"] == codes
