"""2 h, 24 h and three working days of the real drawing, on the real tables; time is skipped.

The working calendar is made for the test: the days from tomorrow on are a holiday week with one
make-up Saturday, so that three working days are told apart from three days.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.advance import Advance
from activities.contracts import WORKFLOW, Start
from activities.house import House
from activities.perform import Perform
from activities.registry import HANDLERS
from bpmn.commands import CompleteUserTask, PublishMessage
from models import audit_record, calendar_version, feedback, survey
from models.calendar_version import ListedDay
from models.database import engine
from tests.conftest import Database
from tests.feedback_items import Item, stored
from tests.houses import quiet_house
from tests.skipped_time import SkippedTime
from workflows import messages
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

pytestmark = pytest.mark.integration
SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND = timedelta(seconds=1)
QUEUE = "limits"
CALENDAR = 7
FRAMES = {d: [["09:00", "18:00"]] for d in ("mon", "tue", "wed", "thu", "fri")}


class Life:
    """One item on a worker, with the clock in the test's hand."""

    def __init__(self, house: House, environment: WorkflowEnvironment, item: Item) -> None:
        self.house = house
        self.environment = environment
        self.client: Client = environment.client
        self.item = item

    def records(self, kind: str, element: str) -> list[dict[str, Any]]:
        with Session(self.house.engine) as session:
            every = audit_record.read(session, self.item.key)
        return [r for r in every if (r["kind"], r["element"]) == (kind, element)]

    async def record(self, kind: str, element: str) -> dict[str, Any]:
        async with asyncio.timeout(120):
            while True:
                if found := self.records(kind, element):
                    return found[-1]
                await asyncio.sleep(0.05)

    async def complete(self, element: str, **variables: Any) -> None:
        key = (await self.record("USER_TASK_CREATED", element))["key"]
        command = CompleteUserTask(id=f"c{key}", actor="lina", key=key, variables=variables)
        await messages.send(self.client, self.item.workflow_id, command)

    async def change_clocks(self, cause: str, **said: Any) -> None:
        """Ask as the API does to pause, resume or count anew."""
        changed = {"cause": cause, "by": "lina", **said}
        message = PublishMessage(
            id=f"{cause} {len(self.records('MESSAGE_CORRELATED', 'clock_change_asked'))}",
            name="clock_changed",
            correlation_key=self.item.number,
            variables={"clock_changed": changed},
        )
        await messages.send(self.client, self.item.workflow_id, message)
        await self.record("JOB_COMPLETED", "adjust_clocks")

    async def fires_at_its_due_time(self, element: str) -> tuple[datetime, datetime]:
        """Skip to a second before the due time and over it; return when it began and was due."""
        created = await self.record("TIMER_CREATED", element)
        due = datetime.fromisoformat(created["data"]["due"])
        await self.skip_to(due - SECOND)
        early = self.records("TIMER_FIRED", element)
        # The clock of the test server goes on by itself: what has fired by now must be due by now.
        assert not early or await self.environment.get_current_time() >= due
        await self.skip_to(due + SECOND)
        fired = await self.record("TIMER_FIRED", element)
        assert due <= datetime.fromisoformat(fired["at"]) < due + timedelta(seconds=30)
        return datetime.fromisoformat(created["at"]), due

    async def skip_to(self, instant: datetime) -> None:
        await SkippedTime(self.environment, self.item.workflow_id).pass_until(instant)


@asynccontextmanager
async def living(
    database: Database, environment: WorkflowEnvironment, days: dict[date, ListedDay]
) -> AsyncIterator[Life]:
    house = quiet_house(database.app_url)
    now = await environment.get_current_time()
    import_calendar(database, now, days)
    item = stored(house, at=now)
    begin = replace(item.command, calendar=CALENDAR)
    with ThreadPoolExecutor(4) as threads:
        async with Worker(
            environment.client,
            task_queue=QUEUE,
            workflows=[ProcessWorkflow],
            activities=[Advance(house, HANDLERS).advance, Perform(house, HANDLERS).perform],
            activity_executor=threads,
            workflow_runner=runner(),
        ):
            await environment.client.start_workflow(
                WORKFLOW,
                Start(item.key, begin.to_json()),
                id=item.workflow_id,
                task_queue=QUEUE,
            )
            try:
                yield Life(house, environment, item)
            finally:
                house.engine.dispose()


def import_calendar(database: Database, now: datetime, days: dict[date, ListedDay]) -> None:
    owner = engine(database.owner_url)
    with Session(owner) as session, session.begin():
        calendar_version.store(
            session,
            CALENDAR,
            zone="Asia/Shanghai",
            frames=FRAMES,
            days=days,
            note="test",
            imported_at=now,
        )
    owner.dispose()


async def test_nobody_accepts_for_two_hours_and_the_head_is_added_at_that_second(
    database: Database, time_skipping: WorkflowEnvironment
) -> None:
    async with living(database, time_skipping, {}) as life:
        began, due = await life.fires_at_its_due_time("accept_overdue")
        await life.record("JOB_COMPLETED", "escalate")

        assert due - began == timedelta(hours=2)
        with Session(life.house.engine) as session:
            item = feedback.find(session, life.item.key)
        assert item is not None
        assert item.escalation_level == 1
        assert item.escalated_at is not None


async def test_the_survey_goes_out_24_hours_after_the_reply_or_before_the_quiet_hours_begin(
    database: Database, time_skipping: WorkflowEnvironment
) -> None:
    async with living(database, time_skipping, {}) as life:
        await life.complete("accept")
        await life.complete("process", reply=None)
        began, due = await life.fires_at_its_due_time("survey_due")
        await life.record("ELEMENT_COMPLETED", "send_survey")

        assert due == before_quiet_hours(began + timedelta(hours=24))
        with Session(life.house.engine) as session:
            [sent] = survey.of_feedback(session, life.item.key)
        assert sent.sent_at is not None
        assert sent.sent_at >= due


def before_quiet_hours(instant: datetime) -> datetime:
    """Nobody is asked from nine in the evening to eight in the morning: the evening before."""
    there = instant.astimezone(SHANGHAI)
    evening = there.replace(hour=21, minute=0, second=0)
    if there.hour >= 21:
        return evening.replace(microsecond=there.microsecond)
    if there.hour < 8:
        return (evening - timedelta(days=1)).replace(microsecond=there.microsecond)
    return there


async def test_an_undecided_extension_lapses_after_three_working_days_over_a_holiday_week(
    database: Database, time_skipping: WorkflowEnvironment
) -> None:
    now = (await time_skipping.get_current_time()).astimezone(SHANGHAI)
    holidays, saturday = holiday_week(now.date())
    async with living(database, time_skipping, holidays) as life:
        await life.complete("accept")
        await ask_for_a_day_more(life)
        began, due = await life.fires_at_its_due_time("undecided")
        await life.record("JOB_COMPLETED", "lapse")

        assert due == third_working_day(began.astimezone(SHANGHAI), holidays)
        assert due - began > timedelta(days=7)
        assert saturday <= due.astimezone(SHANGHAI).date()


async def test_a_paused_limit_does_not_fire_and_goes_on_with_what_it_had_left(
    database: Database, time_skipping: WorkflowEnvironment
) -> None:
    async with living(database, time_skipping, {}) as life:
        await life.complete("accept")
        created = await life.record("TIMER_CREATED", "solution_overdue")
        before = datetime.fromisoformat(created["data"]["due"])
        await life.change_clocks("pause", reason="waiting_for_customer")
        await life.skip_to(before + timedelta(days=3))
        fired = life.records("TIMER_FIRED", "solution_overdue")

        await life.change_clocks("resume")

        assert not fired
        held, resumed = life.records("TIMER_RESCHEDULED", "solution_overdue")
        due = datetime.fromisoformat(resumed["data"]["due"])
        paused = datetime.fromisoformat(resumed["at"]) - datetime.fromisoformat(held["at"])
        assert due - before == paused >= timedelta(days=3)
        await life.skip_to(due - SECOND)
        early = life.records("TIMER_FIRED", "solution_overdue")
        assert not early or await time_skipping.get_current_time() >= due
        await life.skip_to(due + SECOND)
        await life.record("JOB_COMPLETED", "tell_breach")
        assert len(life.records("TIMER_FIRED", "solution_overdue")) == 1


async def test_a_limit_brought_forward_fires_at_its_new_time(
    database: Database, time_skipping: WorkflowEnvironment
) -> None:
    async with living(database, time_skipping, {}) as life:
        await life.complete("accept")
        await life.record("TIMER_CREATED", "solution_overdue")

        await life.change_clocks("urgency", urgency="critical")

        [moved] = life.records("TIMER_RESCHEDULED", "solution_overdue")
        due = datetime.fromisoformat(moved["data"]["due"])
        assert due < datetime.fromisoformat(moved["data"]["before"])
        await life.skip_to(due + SECOND)
        told = await life.record("TIMER_FIRED", "solution_overdue")
        assert due <= datetime.fromisoformat(told["at"]) < due + timedelta(seconds=30)


async def ask_for_a_day_more(life: Life) -> None:
    await life.record("MESSAGE_SUBSCRIBED", "extension_requested")
    with Session(life.house.engine) as session:
        item = feedback.find(session, life.item.key)
    assert item is not None
    assert item.due_at is not None
    until = (item.due_at + timedelta(days=1)).isoformat()
    message = PublishMessage(
        id="ask",
        name="extension_requested",
        correlation_key=life.item.number,
        variables={"extension": {"until": until, "requested_by": "lina"}},
    )
    await messages.send(life.client, life.item.workflow_id, message)


def holiday_week(today: date) -> tuple[dict[date, ListedDay], date]:
    """Tomorrow and the eight days after it are free, apart from the Saturday among them."""
    days = [today + timedelta(days=n) for n in range(1, 10)]
    saturday = next(day for day in days if day.isoweekday() == 6)
    return {day: ListedDay(day == saturday, "") for day in days}, saturday


def third_working_day(start: datetime, listed: dict[date, ListedDay]) -> datetime:
    """Count day by day, as a person with a wall calendar would."""
    day, left = start, 3
    while left:
        day += timedelta(days=1)
        exception = listed.get(day.date())
        working = exception.working if exception else day.isoweekday() <= 5
        left -= working
    return day.astimezone(UTC)
