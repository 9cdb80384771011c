"""Timers that are moved, held and called off, marks of a limit, and another calendar."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bpmn.clock import Calendar, Clock, to_text
from bpmn.commands import ChangeTimers, CompleteJob, FireTimers, Rejection
from bpmn.commands import from_json as command_from_json
from bpmn.decide import decide
from bpmn.model import Definition
from bpmn.records import Kind
from models.working_calendar import WorkingCalendar
from tests.drawings import Life, chain, drawing, service, user

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Friday, 8 May 2026.
FRIDAY = datetime(2026, 5, 8, 10, 0, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def calendar(version: int, *free: datetime) -> WorkingCalendar:
    frames = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ((time(9), time(17)),))
    days = {day.date(): False for day in free}
    return WorkingCalendar(version, "Asia/Shanghai", frames, days)


def boundary(key: str, timer: str, attributes: str = "") -> str:
    return (
        f'<bpmn:boundaryEvent id="{key}" cancelActivity="false" attachedToRef="work">'
        f"<bpmn:timerEventDefinition {attributes}>{timer}</bpmn:timerEventDefinition>"
        "</bpmn:boundaryEvent>"
    )


def lasting(text: str) -> str:
    return f"<bpmn:timeDuration>{text}</bpmn:timeDuration>"


def working(*events: str, **variables: Any) -> Life:
    """A task with timers at its boundary, each of which leads to a task of its own."""
    body = '<bpmn:startEvent id="start" /><bpmn:endEvent id="end" />' + user("work")
    body += chain("start", "work", "end")
    for event in events:
        key = event.partition('id="')[2].partition('"')[0]
        body += event + user(f"{key}_task") + f'<bpmn:endEvent id="{key}_end" />'
        body += chain(key, f"{key}_task", f"{key}_end")
    return begun(drawing(body), variables)


def begun(drawn: Definition, variables: dict[str, Any]) -> Life:
    life = Life(drawn, variables, calendar=calendar(1))
    life.now = FRIDAY
    return life.start()


def due(life: Life, element: str) -> str:
    return next(t.due for t in life.state.timers.values() if t.element == element)


def change(life: Life, *changes: dict[str, Any], cause: str = "") -> None:
    life.do(
        ChangeTimers(id=f"c{life.state.number}", actor="li", changes=list(changes), cause=cause)
    )


def fires(life: Life, at: datetime, element: str) -> bool:
    """Say whether a timer fires at exactly this instant, and not a second before."""
    life.now = at - SECOND
    life.do(FireTimers(id=f"early:{at}"))
    early = element in open_tasks(life)
    life.now = at
    life.do(FireTimers(id=f"due:{at}"))
    return (early, element in open_tasks(life)) == (False, True)


def open_tasks(life: Life) -> list[str]:
    return [task.element for task in life.state.user_tasks.values()]


def test_a_moved_timer_fires_at_its_new_time_and_both_times_are_recorded() -> None:
    life = working(boundary("late", lasting("PT2H")))
    later = FRIDAY + 5 * HOUR

    change(life, {"element": "late", "due": to_text(later)}, cause="extension")

    [moved] = [r for r in life.records if r.kind is Kind.TIMER_RESCHEDULED]
    assert moved.data == {
        "due": to_text(later),
        "before": to_text(FRIDAY + 2 * HOUR),
        "cause": "extension",
        "by": "li",
    }
    assert fires(life, later, "late_task")


def test_a_held_timer_does_not_fire_and_asks_for_no_alarm() -> None:
    life = working(boundary("late", lasting("PT2H")))

    change(life, {"element": "late", "due": ""})
    life.now = FRIDAY + timedelta(days=30)
    life.do(FireTimers(id="alarm"))

    assert open_tasks(life) == ["work"]
    assert life.state.next_due() is None
    change(life, {"element": "late", "due": to_text(life.now + HOUR)})
    assert fires(life, life.now + HOUR, "late_task")


def test_a_timer_that_is_called_off_is_gone() -> None:
    life = working(boundary("late", lasting("PT2H")), boundary("later", lasting("PT3H")))
    key = next(t.key for t in life.state.timers.values() if t.element == "late")

    change(life, {"key": key, "cancel": True})

    assert [t.element for t in life.state.timers.values()] == ["later"]


def test_a_timer_moved_to_where_it_is_leaves_no_record() -> None:
    life = working(boundary("late", lasting("PT2H")))
    before = life.state.number

    change(life, {"element": "late", "due": due(life, "late")})

    assert life.state.number == before


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"element": "nothing", "due": ""}, "timer_not_active"),
        ({"key": 4711, "cancel": True}, "timer_not_active"),
        ({"element": "late", "due": "soon"}, "command_malformed"),
        ({"element": "late"}, "command_malformed"),
    ],
)
def test_what_cannot_be_done_to_timers_is_refused(asked: dict[str, Any], code: str) -> None:
    life = working(boundary("late", lasting("PT2H")))

    with pytest.raises(Rejection) as refused:
        change(life, asked)

    assert refused.value.code == code


def test_the_command_survives_the_way_through_json() -> None:
    command = ChangeTimers(id="c", actor="li", changes=[{"key": 1, "due": ""}], cause="pause")

    assert command_from_json(command.to_json()) == command


def test_a_mark_fires_when_its_share_of_the_wall_time_has_passed() -> None:
    life = working(boundary("half", lasting("PT2H"), 'bihuan:limit="acceptance" bihuan:mark="0.5"'))

    assert fires(life, FRIDAY + HOUR, "half_task")


def test_a_mark_on_the_working_clock_counts_working_time_only() -> None:
    # One working day from Friday 10:00 is Monday 10:00: eight hours of work, four of them today.
    marked = 'bihuan:limit="acceptance" bihuan:mark="=0.875" bihuan:clock="=clock"'
    life = working(boundary("most", lasting("P1D"), marked), clock="working")

    assert fires(life, FRIDAY + 7 * HOUR, "most_task")


def test_a_limit_that_began_earlier_is_marked_from_its_beginning() -> None:
    text = "<bpmn:timeDate>=until</bpmn:timeDate>"
    marked = 'bihuan:limit="solution" bihuan:mark="0.8" bihuan:since="=since" bihuan:rule="=rule"'
    began = FRIDAY - 6 * HOUR
    life = working(
        boundary("most", text, marked),
        until=to_text(FRIDAY + 4 * HOUR),
        since=to_text(began),
        rule="urgent",
    )

    [timer] = life.state.timers.values()
    assert timer.limit == {
        "name": "solution",
        "since": to_text(began),
        "clock": "wall",
        "rule": "urgent",
        "mark": 0.8,
    }
    assert fires(life, FRIDAY + 2 * HOUR, "most_task")


@pytest.mark.parametrize("mark", ["0", "1", "soon"])
def test_a_mark_that_is_no_share_is_an_incident(mark: str) -> None:
    life = working(
        boundary("half", lasting("PT2H"), f'bihuan:limit="acceptance" bihuan:mark="{mark}"')
    )

    assert [i.code for i in life.state.incidents.values()] == ["timer_invalid"]


def test_another_calendar_counts_working_timers_anew_and_leaves_the_others() -> None:
    body = '<bpmn:startEvent id="start" /><bpmn:endEvent id="end" />'
    body += user("work") + service("look") + chain("start", "work", "end")
    body += boundary("wall", lasting("P1D")) + boundary(
        "days", lasting("P1D"), 'bihuan:clock="working"'
    )
    body += boundary("now", lasting("PT1S"))
    body += '<bpmn:endEvent id="e1" /><bpmn:endEvent id="e2" /><bpmn:endEvent id="e3" />'
    body += chain("wall", "e1") + chain("days", "e2") + chain("now", "look", "e3")
    drawn, monday = drawing(body), FRIDAY + timedelta(days=3)
    life = begun(drawn, {})
    life.now = FRIDAY + SECOND
    life.do(FireTimers(id="now"))
    [job] = life.state.jobs.values()
    before = {t.element: t.due for t in life.state.timers.values()}
    done = CompleteJob(id="done", key=job.key, calendar=8)

    records = decide(drawn, life.state, done, Clock(life.now, calendar(8, monday)))

    changed = [r for r in records if r.kind in {Kind.CALENDAR_CHANGED, Kind.TIMER_RESCHEDULED}]
    assert before["days"] == to_text(monday)
    assert [(r.kind.value, r.element, r.data) for r in changed] == [
        ("CALENDAR_CHANGED", "", {"calendar": 8, "before": 1}),
        (
            "TIMER_RESCHEDULED",
            "days",
            {
                "due": to_text(monday + timedelta(days=1)),
                "before": to_text(monday),
                "cause": "calendar",
            },
        ),
    ]


@pytest.mark.parametrize("clock", ["working", "=how"])
def test_a_cycle_goes_on_counting_on_the_clock_that_it_began_on(clock: str) -> None:
    cycle = "<bpmn:timeCycle>R/PT5H</bpmn:timeCycle>"
    life = working(boundary("again", cycle, f'bihuan:clock="{clock}"'), how="working")

    assert fires(life, FRIDAY + 5 * HOUR, "again_task")

    # Two of the five hours are left of Friday, three lie on Monday.
    assert due(life, "again") == to_text(FRIDAY + timedelta(days=3, hours=2))


def test_a_pause_leaves_as_much_working_time_as_there_was() -> None:
    works: Calendar = calendar(1)
    paused, due_at = FRIDAY + 5 * HOUR, FRIDAY + timedelta(days=3)
    tuesday = FRIDAY + timedelta(days=4)

    resumed = Clock(tuesday, works).resumed(due_at, paused, "working")

    # Two hours were left on Friday and one on Monday.
    assert resumed == tuesday + 3 * HOUR
    assert Clock(tuesday).resumed(due_at, paused) == tuesday + (due_at - paused)
    assert Clock(tuesday).resumed(paused - HOUR, paused) == paused - HOUR
