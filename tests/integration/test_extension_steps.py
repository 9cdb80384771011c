"""More time for an item, on the real database and the real calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.house import House
from models.notice import Notice
from models.user_task import UserTask
from tests.integration.feedback_item import Item

pytestmark = pytest.mark.integration

# Sunday, 27 September 2026, 10:00 in Shanghai; 72 hours later begin the National Day holidays.
RECEIVED = datetime(2026, 9, 27, 2, 0, tzinfo=UTC)
DUE = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
# Three working days after the 30th: the 8th, the 9th and the make-up Saturday.
LATEST = datetime(2026, 10, 10, 2, 0, tzinfo=UTC)


def asked(house: House, until: str) -> Item:
    item = Item(house)
    item.now = RECEIVED
    item.receive("机器无法开机")
    item.complete("accept", "li.si")
    request = {"until": until, "reason": item.say("等待配件"), "requested_by": "li.si"}
    item.publish("extension_requested", extension=request)
    return item


def notices(item: Item, code: str) -> dict[str, dict[str, Any]]:
    wanted = select(Notice).where(Notice.instance_key == item.state.key, Notice.code == code)  # type: ignore[arg-type]
    with Session(item.house.engine) as session:
        return {one.recipient: one.data for one in session.scalars(wanted)}


def process_task(item: Item) -> UserTask:
    key = next(t.key for t in item.state.user_tasks.values() if t.element == "process")
    with Session(item.house.engine, expire_on_commit=False) as session:
        return session.get_one(UserTask, key)


def open_tasks(item: Item) -> list[str]:
    return [task.element for task in item.state.user_tasks.values()]


@pytest.mark.parametrize(
    ("until", "instant"),
    [
        ("2026-10-09", datetime(2026, 10, 9, 2, 0, tzinfo=UTC)),
        ("2026-10-10", LATEST),
        ("2026-10-08T12:00:00+08:00", datetime(2026, 10, 8, 4, 0, tzinfo=UTC)),
    ],
)
def test_an_approved_extension_moves_the_date_of_item_and_task(
    house: House, until: str, instant: datetime
) -> None:
    item = asked(house, until)
    before = item.row().due_at

    item.complete("approve_extension", "zhao.liu", decision="approved")

    row = item.row()
    assert before == DUE
    assert row.due_at == row.extended_until == process_task(item).due_date == instant
    assert notices(item, "extension_decided")["li.si"]["decision"] == "approved"


@pytest.mark.parametrize(
    "until", ["2026-10-11", "2026-10-10T10:00:01+08:00", "2026-09-30", "2026-09-29", "soon", ""]
)
def test_a_date_outside_the_limits_is_refused_at_once(house: House, until: str) -> None:
    item = asked(house, until)

    assert open_tasks(item) == ["process"]
    assert item.row().due_at == DUE
    assert notices(item, "extension_decided")["li.si"]["decision"] == "rejected"


def test_a_refused_extension_leaves_the_old_date(house: House) -> None:
    item = asked(house, "2026-10-09")

    item.complete("approve_extension", "zhao.liu", decision="rejected")

    assert (item.row().due_at, item.row().extended_until) == (DUE, None)
    assert process_task(item).due_date == DUE
    assert list(notices(item, "extension_decided")) == ["li.si"]


def test_an_undecided_request_lapses_and_the_next_rung_is_told(house: House) -> None:
    item = asked(house, "2026-10-09")

    item.wait(days=14)

    assert open_tasks(item) == ["process"]
    assert item.row().due_at == DUE
    assert set(notices(item, "extension_lapsed")) == {"li.si", "zhou.ba"}
