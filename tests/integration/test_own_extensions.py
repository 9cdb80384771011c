"""A head who asks, or who has the item, does not approve the extension (回避)."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.house import House
from models import deputy
from models.deputy import Deputy
from models.user_task import UserTask
from tests.integration.feedback_item import Item

pytestmark = pytest.mark.integration


def asked(house: House, accepted_by: str, requested_by: str) -> UserTask:
    item = Item(house).receive("机器无法开机")
    item.complete("accept", accepted_by)
    request = {"until": "2026-09-25", "reason": item.say("等配件"), "requested_by": requested_by}
    item.publish("extension_requested", extension=request)
    own = select(UserTask).where(col(UserTask.element_id) == "approve_extension")
    with Session(house.engine, expire_on_commit=False) as session:
        return session.scalars(own.order_by(col(UserTask.key).desc())).one()


@pytest.mark.parametrize(("owner", "by"), [("zhao.liu", "zhao.liu"), ("li.si", "zhao.liu")])
def test_the_request_of_a_head_goes_to_the_next_rung(house: House, owner: str, by: str) -> None:
    task = asked(house, owner, by)

    assert (task.candidate_groups, task.candidate_users) == (["role.duty_manager"], [])


def test_the_request_of_a_head_goes_to_a_deputy_where_there_is_one(house: House) -> None:
    with Session(house.engine) as session, session.begin():
        deputy.replace(session, "technical", [Deputy(department="technical", username="wang.wu")])

    task = asked(house, "zhao.liu", "zhao.liu")

    assert (task.candidate_groups, task.candidate_users) == ([], ["wang.wu"])


def test_the_request_of_anybody_else_goes_to_the_head(house: House) -> None:
    task = asked(house, "li.si", "li.si")

    assert (task.candidate_groups, task.candidate_users) == (["technical.head"], [])


def test_of_two_requests_at_once_the_second_is_refused_and_the_first_decides(
    house: House,
) -> None:
    item = Item(house).receive("机器无法开机")
    item.complete("accept", "li.si")
    before = item.row().due_at
    for until in ("2026-09-27", "2026-09-25"):
        request = {"until": until, "reason": item.say("等配件"), "requested_by": "li.si"}
        item.publish("extension_requested", extension=request)

    open_ones = [task.element for task in item.state.user_tasks.values()]
    item.complete("approve_extension", "zhao.liu", decision="approved")

    assert before is not None
    assert open_ones.count("approve_extension") == 1
    assert item.row().due_at == before.replace(day=27)
