"""An imported calendar reaches the items under way, through the outbox and the dispatcher."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities import calendar_rollout
from activities.event_dispatch import EventDispatcher
from activities.house import House
from bpmn.commands import Command
from models.publication import Publication
from tests.integration.feedback_item import Item
from tests.integration.test_service_clocks import (
    clock,
    import_calendar,
    moves,
    on_working_time,
    processing,
)

pytestmark = pytest.mark.integration


def announced(house: House, item: Item, version: int, department: str | None = None) -> int:
    with Session(house.engine) as session, session.begin():
        return calendar_rollout.tell_open_items(session, version, department, item.now)


def dispatcher(item: Item, commands: list[Command]) -> EventDispatcher:
    async def send(_: str, command: Command) -> str:
        commands.append(command)
        item.do(command)
        return ""

    return EventDispatcher(
        engine=item.house.engine, send=send, calendar=item.house.calendar, now=lambda: item.now
    )


async def test_an_import_reaches_an_item_under_way_once_and_moves_its_limit(house: House) -> None:
    item = processing(house, on_working_time("solution", "PT16H"))
    before = clock(item, "solution").due_at
    version = import_calendar(house, {date(2026, 9, 22): False})
    commands: list[Command] = []
    told = [announced(house, item, version) for _ in range(2)]

    for _ in range(3):
        await dispatcher(item, commands).once()

    assert told == [1, 1]
    assert len(commands) == 1
    assert item.state.calendar == version
    assert clock(item, "solution").due_at == before + timedelta(days=1)
    assert [cause for cause, _, _ in moves(item, "solution_overdue")] == ["calendar"]


@pytest.mark.parametrize(("department", "told"), [("technical", 1), ("service", 0), (None, 0)])
def test_an_import_is_told_to_those_who_count_with_it(
    house: House, department: str | None, told: int
) -> None:
    import_calendar(house, {}, "technical")
    item = processing(house)
    version = import_calendar(house, {}, department)

    assert announced(house, item, version, department) == told
    with Session(house.engine) as session:
        assert session.scalar(select(func.count()).select_from(Publication)) == told
