"""Departments that help, on the real tables (协同): chosen, kept, extended, escalated."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.house import House
from models import assignment_choice
from models.assignment_choice import AssignmentChoice
from models.notice import Notice
from models.user_task import UserTask
from tests.integration.feedback_item import Item

pytestmark = pytest.mark.integration


def helped(house: House, *departments: str) -> Item:
    item = Item(house).receive("机器无法开机")
    item.complete("accept", "li.si", collaborators=list(departments))
    return item


def tasks(item: Item, element: str) -> list[UserTask]:
    own = select(UserTask).where(
        col(UserTask.instance_key) == item.state.key, col(UserTask.element_id) == element
    )
    with Session(item.house.engine, expire_on_commit=False) as session:
        return list(session.scalars(own.order_by(col(UserTask.key))))


def told(item: Item, code: str) -> list[str]:
    own = select(col(Notice.recipient)).where(
        col(Notice.instance_key) == item.state.key, col(Notice.code) == code
    )
    with Session(item.house.engine) as session:
        return list(session.scalars(own.order_by(col(Notice.created_at), col(Notice.recipient))))


def test_a_member_of_the_department_is_chosen_by_score_and_the_choice_is_kept(
    house: House,
) -> None:
    item = helped(house, "service")

    [task] = tasks(item, "collaborate")
    assert (task.assignee, task.candidate_groups) == ("sun.qi", ["service"])
    with Session(house.engine) as session:
        own = select(AssignmentChoice).where(col(AssignmentChoice.candidate_group) == "service")
        [choice] = session.scalars(own)
        main = assignment_choice.latest(session, item.state.key)
    assert choice.assignee == "sun.qi"
    assert {one["username"] for one in choice.candidates} == {"sun.qi", "zhou.ba"}
    # How the item itself was given stays what people see and may contest.
    assert main is not None
    assert main.candidate_group == "technical"


def test_an_approved_extension_moves_the_date_of_those_who_help_too(house: House) -> None:
    item = helped(house, "service", "quality")
    request = {"until": "2026-09-25", "reason": item.say("等配件"), "requested_by": "li.si"}
    item.publish("extension_requested", extension=request)

    item.complete("approve_extension", "zhao.liu", decision="approved")

    until = item.row().extended_until
    assert until is not None
    dues = {one.due_date for name in ("process", "collaborate") for one in tasks(item, name)}
    assert dues == {until}


def test_only_the_silent_department_is_escalated_to_its_own_head_and_then_on(house: House) -> None:
    item = helped(house, "service", "quality")
    item.complete("collaborate", "sun.qi", finding=item.say("已核实"))

    item.wait(hours=72)

    done, silent = tasks(item, "collaborate")
    assert done.candidate_groups == ["service"]
    assert silent.candidate_groups == [
        "quality",
        "quality.head",
        "role.duty_manager",
        "role.management",
    ]
    # Nobody works in the quality department here: the duty manager hears in each one's place.
    assert told(item, "collaboration_escalated") == ["zhou.ba"] * 3


def test_a_department_asked_later_is_noted_with_the_item_and_sees_it(house: House) -> None:
    item = helped(house)

    item.publish("collaborator_added", collaborator="service")

    assert item.row().collaborators == ["service"]
    assert [one.assignee for one in tasks(item, "collaborate")] == ["sun.qi"]
    item.wait(hours=12)
    assert told(item, "collaboration_due") == ["sun.qi"]
