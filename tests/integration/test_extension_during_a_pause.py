"""More time that is approved while the clock stands counts from the approval on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from activities.house import House
from models import clock_pause
from models.clock_ledger import Ledger, ledger
from tests.integration.feedback_item import Item
from tests.integration.test_service_clocks import (
    HOUR,
    changed,
    clock,
    import_calendar,
    marks,
    on_working_time,
    processing,
    task_due,
)
from tests.unit.feedback_life import MORNING

pytestmark = pytest.mark.integration
DAY = 24 * HOUR


def ask(item: Item, until: datetime) -> bool:
    """Ask for more time; say whether it was within the limit."""
    item.publish(
        "extension_requested", extension={"until": until.isoformat(), "requested_by": "li.si"}
    )
    return any(task.element == "approve_extension" for task in item.state.user_tasks.values())


def grant(item: Item, until: datetime) -> None:
    assert ask(item, until)
    item.complete("approve_extension", "zhao.liu", decision="approved")


def paused(item: Item, **wait: float) -> None:
    changed(item, "pause", reason="waiting_for_parts")
    item.wait(**wait)


def spent(item: Item, calendar: Any = None) -> Ledger:
    one = clock(item, "solution")
    with Session(item.house.engine) as session:
        pauses = clock_pause.spans(clock_pause.of_instance(session, item.state.key), "solution")
    return ledger(one.started_at, one.fired_at or item.now, pauses, calendar)


def test_only_the_rest_of_the_pause_moves_the_date_that_was_approved(house: House) -> None:
    item = processing(house)
    item.wait(hours=40)
    paused(item, hours=10)
    until = MORNING + 100 * HOUR
    grant(item, until)
    standing = clock(item, "solution")
    item.wait(hours=5)

    changed(item, "resume")

    one, row = clock(item, "solution"), item.row()
    assert (standing.state, standing.due_at) == ("paused", until - 10 * HOUR)
    assert one.due_at == row.due_at == row.extended_until == until + 5 * HOUR
    assert task_due(item, "process") == one.due_at


def test_worked_paused_and_off_are_the_wall_time_at_the_breach_of_such_a_clock(
    house: House,
) -> None:
    item = processing(house)
    item.wait(hours=40)
    paused(item, hours=10)
    grant(item, MORNING + 100 * HOUR)
    item.wait(hours=5)
    changed(item, "resume")

    item.wait(days=10)

    one, found = clock(item, "solution"), spent(item)
    assert one.state == "breached"
    assert found.total("paused") == 15 * HOUR
    # Forty hours before the pause, fifty from the approval to the date.
    assert found.total("worked") == 90 * HOUR
    assert found.total("worked") + found.total("paused") == one.due_at - one.started_at


def test_a_date_that_the_pause_has_reached_counts_as_if_the_clock_went_on_now(
    house: House,
) -> None:
    item = processing(house)
    item.wait(hours=40)
    paused(item, days=10)
    due = item.now + 32 * HOUR

    early, late = ask(item, due), ask(item, due + 30 * DAY)
    grant(item, due + HOUR)
    changed(item, "resume")

    assert (early, late) == (False, False)
    assert clock(item, "solution").due_at == due + HOUR


def test_a_decision_that_takes_longer_than_the_time_asked_for_takes_nothing_away(
    house: House,
) -> None:
    item = processing(house)
    item.wait(hours=40)
    paused(item, hours=1)
    assert ask(item, item.now + 33 * HOUR)
    item.wait(hours=9)

    item.complete("approve_extension", "zhao.liu", decision="approved")
    changed(item, "resume")

    assert clock(item, "solution").due_at == item.now + 32 * HOUR


def test_what_was_approved_before_a_pause_stands_after_it_whatever_the_urgency(
    house: House,
) -> None:
    item = processing(house)
    until = MORNING + 96 * HOUR
    grant(item, until)
    paused(item, hours=10)
    changed(item, "resume")

    changed(item, "urgency", urgency="critical")

    one, row = clock(item, "solution"), item.row()
    assert one.due_at == row.due_at == row.extended_until == until + 10 * HOUR


def test_reminders_after_a_pause_and_an_extension_are_shares_of_the_time_that_counts(
    house: House,
) -> None:
    item = processing(house)
    item.wait(hours=10)
    paused(item, hours=20)
    changed(item, "resume")

    grant(item, clock(item, "solution").due_at + 28 * HOUR)

    # A hundred hours count, twenty did not.
    rung = [(one.due_at - MORNING) / HOUR for one in marks(item, "solution")]
    assert rung == pytest.approx([70, 100])


def test_working_time_that_is_approved_during_a_pause_adds_up_as_well(house: House) -> None:
    import_calendar(house, {})
    item = processing(house, on_working_time("solution", "PT16H"))
    # Monday 10:00 to 15:00: four hours of work; twelve are left.
    item.wait(hours=5)
    paused(item, hours=24)
    until = item.now + timedelta(days=2)
    grant(item, until)
    item.wait(hours=24)
    changed(item, "resume")
    item.wait(days=30)

    one = clock(item, "solution")
    calendar = house.calendar(one.calendar)
    found = spent(item, calendar)
    whole = sum((found.total(s) for s in ("worked", "paused", "off")), timedelta(0))

    assert one.due_at == one.fired_at
    assert found.total("worked") == 4 * HOUR + calendar.working_time_between(
        until - timedelta(days=2), until
    )
    assert whole == one.due_at - one.started_at
