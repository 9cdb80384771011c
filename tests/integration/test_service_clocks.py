"""Service clocks on the real tables: pauses, extensions, urgency, calendars, and the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.house import House
from bpmn.commands import FireTimers
from models import audit_record, calendar_version, clock_pause, service_clock
from models.calendar_version import ListedDay
from models.clock_ledger import ledger
from models.notice import Notice
from models.service_clock import ServiceClock
from models.user_task import UserTask
from tests.integration.feedback_item import Item
from tests.unit.feedback_life import MORNING, resources

pytestmark = pytest.mark.integration
FAULT = "机器无法开机"
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
WEEK = {d: [["09:00", "12:00"], ["13:00", "18:00"]] for d in ("mon", "tue", "wed", "thu", "fri")}


def processing(house: House, files: dict[str, bytes] | None = None, **changes: Any) -> Item:
    item = Item(house, files).receive(FAULT, **changes)
    item.complete("accept", "li.si")
    return item


def changed(item: Item, cause: str, **more: Any) -> None:
    """Send what the API sends; steps see it as `clock_changed`."""
    item.publish("clock_changed", clock_changed={"cause": cause, "by": "li.si", **more})


def clock(item: Item, kind: str) -> ServiceClock:
    with Session(item.house.engine) as session:
        return service_clock.limits_of(session, [item.state.key])[item.state.key][kind]


def marks(item: Item, kind: str) -> list[ServiceClock]:
    with Session(item.house.engine) as session:
        every = service_clock.of_instance(session, item.state.key)
        return [one for one in every if one.kind == kind and one.mark is not None]


def notices(item: Item) -> list[str]:
    with Session(item.house.engine) as session:
        own = select(col(Notice.code)).where(col(Notice.instance_key) == item.state.key)
        return list(session.scalars(own.order_by(col(Notice.created_at))))


def task_due(item: Item, element: str) -> datetime | None:
    with Session(item.house.engine) as session:
        own = select(UserTask).where(
            col(UserTask.instance_key) == item.state.key,
            col(UserTask.element_id) == element,
            col(UserTask.state) == "CREATED",
        )
        return session.scalars(own).one().due_date


def moves(item: Item, element: str) -> list[tuple[str, str, str]]:
    """The cause, the old and the new due time of each move of a timer."""
    with Session(item.house.engine) as session:
        rows = audit_record.read(session, item.state.key)
    found = [r["data"] for r in rows if (r["kind"], r["element"]) == ("TIMER_RESCHEDULED", element)]
    return [(one["cause"], one["before"], one["due"]) for one in found]


def text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def import_calendar(
    house: House, days: dict[date, bool], department: str | None = None, **frames: Any
) -> int:
    with Session(house.engine) as session, session.begin():
        version = calendar_version.next_version(session)
        calendar_version.store(
            session,
            version,
            zone="Asia/Shanghai",
            frames=frames or WEEK,
            days={day: ListedDay(working, "") for day, working in days.items()},
            note="test",
            imported_at=MORNING,
            department=department,
        )
    return version


def on_working_time(kind: str, limit: str) -> dict[str, bytes]:
    """The bundled files with the default rule on working time, tighter than the others."""
    files = resources()
    column = {"solution": 2, "acceptance": 1}[kind]
    table = files["service_level.dmn"].decode()
    for rule in ("default", "repair"):
        cell = f'id="service_rules_{rule}_out_{column}"><text>'
        begin = table.index(cell) + len(cell)
        table = table[:begin] + f'"{limit}"' + table[table.index("</text>", begin) :]
        cell = f'id="service_rules_{rule}_out_4"><text>'
        table = table.replace(f'{cell}"wall"', f'{cell}"working"')
    return files | {"service_level.dmn": table.encode()}


def test_every_clock_of_an_item_is_kept_with_its_rule_and_its_reminders(house: House) -> None:
    item = processing(house)

    assert clock(item, "acceptance").state == "met"
    assert [one.mark for one in marks(item, "acceptance")] == [0.5, 0.8]
    solution, response = clock(item, "solution"), clock(item, "first_response")
    assert (solution.rule, solution.due_at) == ("repair", MORNING + 72 * HOUR)
    assert (response.rule, response.due_at) == ("repair", MORNING + 24 * HOUR)
    assert [one.due_at - MORNING for one in marks(item, "solution")] == [36 * HOUR, 57.6 * HOUR]
    assert clock(item, "progress").due_at == MORNING + 24 * HOUR


def test_waiting_for_the_customer_holds_solution_and_progress_but_no_other_clock(
    house: House,
) -> None:
    item = processing(house)
    item.wait(hours=10)
    changed(item, "pause", reason="waiting_for_customer")

    item.wait(days=10)

    held = {k: clock(item, k).state for k in ("solution", "progress", "first_response")}
    assert held == {"solution": "paused", "progress": "paused", "first_response": "breached"}
    assert not {"solution_due", "solution_overdue", "progress_due"} & set(notices(item))


def test_after_a_pause_every_clock_has_as_much_time_left_as_before(house: House) -> None:
    item = processing(house)
    item.wait(hours=40)
    changed(item, "pause", reason="waiting_for_parts")
    item.wait(days=3)

    changed(item, "resume")

    until = MORNING + timedelta(days=3) + 72 * HOUR
    assert clock(item, "solution").due_at == until
    assert task_due(item, "process") == item.row().due_at == until
    held = text(MORNING + 72 * HOUR)
    assert moves(item, "solution_overdue") == [("paused", held, ""), ("resumed", "", text(until))]
    # The half was reminded of before; at 80 percent of the time that is counted, and at its end.
    assert notices(item).count("solution_due") == 1
    item.wait(hours=17.6 - 1 / 3600)
    assert notices(item).count("solution_due") == 1
    item.wait(seconds=1)
    assert notices(item).count("solution_due") == 2
    item.wait(hours=14.4 - 1 / 3600)
    assert "solution_overdue" not in notices(item)
    item.wait(seconds=1)
    assert "solution_overdue" in notices(item)


def test_the_ledger_of_a_clock_adds_up_to_the_wall_time(house: House) -> None:
    item = processing(house)
    for hours in (5, 7):
        item.wait(hours=hours)
        changed(item, "pause", reason="waiting_for_parts")
        item.wait(hours=3)
        changed(item, "resume")
    item.wait(hours=2)

    with Session(house.engine) as session:
        pauses = clock_pause.of_instance(session, item.state.key)
    one = clock(item, "solution")
    found = ledger(one.started_at, item.now, clock_pause.spans(pauses, "solution"), None)

    assert found.total("paused") == 6 * HOUR
    assert found.total("worked") == 14 * HOUR
    assert one.due_at == MORNING + 78 * HOUR


def test_what_moves_a_clock_that_stands_is_recorded_and_counts_when_it_goes_on(
    house: House,
) -> None:
    item = processing(house)
    item.wait(hours=2)
    changed(item, "pause", reason="waiting_for_parts")
    item.wait(hours=1)

    changed(item, "urgency", urgency="critical")

    urgent = MORNING + 24 * HOUR
    standing = clock(item, "solution")
    assert (standing.state, standing.due_at) == ("paused", urgent)
    assert moves(item, "solution_overdue")[-1] == ("urgency", "", "")
    item.wait(hours=3)
    changed(item, "resume")
    assert clock(item, "solution").due_at == urgent + 4 * HOUR
    with Session(house.engine) as session:
        rows = audit_record.of_kind(session, item.state.key, "TIMER_RESCHEDULED")
    untils = {row["data"]["until"] for row in rows if "until" in row["data"]}
    assert text(urgent) in untils


def test_a_second_pause_and_a_resumption_without_pause_change_nothing(house: House) -> None:
    item = processing(house)
    changed(item, "resume")
    changed(item, "pause", reason="waiting_for_parts")
    changed(item, "pause", reason="waiting_for_customer")

    with Session(house.engine) as session:
        pauses = clock_pause.of_instance(session, item.state.key)
    assert [(one.reason, one.resumed_at) for one in pauses] == [("waiting_for_parts", None)]
    assert clock(item, "progress").state == "running"


def test_a_reply_ends_the_pause(house: House) -> None:
    item = processing(house)
    changed(item, "pause", reason="waiting_for_parts")
    item.wait(hours=1)

    steps = item.say("更换电源模块，明日完成。排查步骤：检查电源。")
    item.complete(
        "process", "li.si", plan=steps, reply=item.say("已更换电源模块。"), estimated_hours=2
    )

    with Session(house.engine) as session:
        assert clock_pause.find_open(session, item.state.key) is None
    assert clock(item, "solution").state == "met"


def test_a_higher_urgency_counts_every_clock_anew_from_its_beginning(house: House) -> None:
    item = processing(house)
    item.wait(hours=2)

    changed(item, "urgency", urgency="critical")

    assert item.row().urgency == "critical"
    assert clock(item, "solution").due_at == item.row().due_at == MORNING + 24 * HOUR
    assert task_due(item, "process") == MORNING + 24 * HOUR
    assert moves(item, "solution_overdue") == [
        ("urgency", text(MORNING + 72 * HOUR), text(MORNING + 24 * HOUR))
    ]
    assert "feedback_critical" in notices(item)
    # The first response was due after one hour.
    item.do(FireTimers(id="alarm"))
    assert clock(item, "first_response").state == "breached"
    assert clock(item, "progress").due_at == MORNING + 2 * HOUR


def test_an_approved_extension_stands_when_the_urgency_changes(house: House) -> None:
    item = processing(house)
    until = MORNING + 72 * HOUR + timedelta(days=1)
    item.publish(
        "extension_requested", extension={"until": until.isoformat(), "requested_by": "li.si"}
    )
    item.complete("approve_extension", "zhao.liu", decision="approved")

    changed(item, "urgency", urgency="urgent")

    assert clock(item, "solution").due_at == item.row().due_at == until
    causes = [cause for cause, _, _ in moves(item, "solution_overdue")]
    assert causes == ["extension"]


def test_contact_with_the_customer_ends_the_clock_of_the_first_response_only(
    house: House,
) -> None:
    item = processing(house)
    item.wait(hours=1)
    item.publish("progress_recorded", progress_entry={"code": "tested"})
    before = clock(item, "first_response").state

    item.publish("progress_recorded", progress_entry={"code": "customer_contacted"})

    assert (before, clock(item, "first_response").state) == ("running", "met")
    assert clock(item, "solution").state == "running"


def test_an_alarm_that_rings_twice_fires_each_timer_once(house: House) -> None:
    item = Item(house).receive(FAULT)
    item.now = MORNING + 2 * HOUR

    for n in range(3):
        item.do(FireTimers(id=f"alarm {n}"))

    found = notices(item)
    assert found.count("acceptance_due") == 2
    assert found.count("feedback_escalated") == 1
    assert clock(item, "acceptance").state == "breached"


def test_a_limit_in_working_time_stands_still_over_the_night_and_the_weekend(
    house: House,
) -> None:
    # Monday 10:00: sixteen working hours are over on Wednesday at ten.
    item = processing(house, on_working_time("solution", "PT16H"))

    solution = clock(item, "solution")
    wednesday = datetime(2026, 9, 23, 10, tzinfo=SHANGHAI)
    assert (solution.clock, solution.span, solution.due_at) == ("working", None, wednesday)
    rung = [
        one.due_at.astimezone(SHANGHAI).strftime("%d. %H:%M") for one in marks(item, "solution")
    ]
    assert rung == ["22. 10:00", "22. 15:48"]


def test_an_import_counts_limits_in_working_time_anew_and_records_both_dates(
    house: House,
) -> None:
    item = processing(house, on_working_time("solution", "PT16H"))
    before = clock(item, "solution").due_at
    version = import_calendar(house, {date(2026, 9, 22): False})

    changed(item, "calendar")

    after = before + timedelta(days=1)
    assert clock(item, "solution").due_at == item.row().due_at == after
    assert clock(item, "solution").calendar == item.state.calendar == version
    assert moves(item, "solution_overdue") == [("calendar", text(before), text(after))]
    assert clock(item, "progress").due_at == MORNING + 24 * HOUR


def test_an_import_moves_the_time_for_a_decision_on_an_extension(house: House) -> None:
    item = processing(house)
    until = (MORNING + 80 * HOUR).isoformat()
    item.publish("extension_requested", extension={"until": until, "requested_by": "li.si"})
    import_calendar(house, {date(2026, 9, 22): False, date(2026, 9, 23): False})

    changed(item, "calendar")

    thursday = MORNING + timedelta(days=3)
    assert moves(item, "undecided") == [
        # Thursday and Friday, and the Monday after them.
        ("calendar", text(thursday), text(MORNING + timedelta(days=7)))
    ]


def test_an_item_counts_with_the_calendar_of_its_department_from_assignment_on(
    house: House,
) -> None:
    nights = {d: [["00:00", "23:59"]] for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    other = import_calendar(house, {}, "service", **nights)
    own = import_calendar(house, {}, "technical", **nights)

    item = processing(house, on_working_time("solution", "PT16H"))

    assert item.state.calendar == own != other
    assert clock(item, "solution").due_at == datetime(2026, 9, 22, 2, 1, tzinfo=SHANGHAI)


def test_of_rules_on_different_clocks_the_one_that_is_due_first_wins(house: House) -> None:
    # Eight hours of work from Monday 17:00 end on Tuesday at 17:00, ten on the wall in the night.
    files = on_working_time("solution", "PT8H")
    table = files["service_level.dmn"].decode().replace('"PT24H"</text>', '"PT10H"</text>')
    item = Item(house, files | {"service_level.dmn": table.encode()})
    item.now = datetime(2026, 9, 21, 17, tzinfo=SHANGHAI).astimezone(UTC)
    item.receive(FAULT, urgency="urgent")

    item.complete("accept", "li.si")

    solution = clock(item, "solution")
    assert (solution.clock, solution.rule) == ("wall", "urgent_fault")
    assert solution.due_at == datetime(2026, 9, 22, 3, tzinfo=SHANGHAI)
