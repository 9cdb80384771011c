"""Ladder, collaboration, checks, reminders and reopening, on the real database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.house import House
from models import audit_record, progress_entry
from models.notice import Notice
from models.outbound_message import OutboundMessage
from models.person import Person
from models.survey import Survey
from models.user_task import UserTask
from tests.integration.feedback_item import NO_LOGIN, Item

pytestmark = pytest.mark.integration
FAULT = "机器无法开机，按电源键没有反应。"


def write(item: Item, plan: str = "检查后更换电源", reply: str = "已更换电源模块") -> None:
    texts = {"plan": item.say(plan), "reply": item.say(reply)}
    item.complete("process", "li.si", **texts, estimated_hours=2)


def dissatisfied(house: House) -> Item:
    item = Item(house).receive(FAULT)
    item.complete("accept", "li.si")
    write(item)
    item.wait(hours=24)
    item.publish("survey_answered", satisfaction="dissatisfied")
    return item


def found(item: Item, table: type[Any]) -> list[Any]:
    key = table.instance_key if hasattr(table, "instance_key") else table.feedback_id
    with Session(item.house.engine, expire_on_commit=False) as session:
        return list(session.scalars(select(table).where(key == item.state.key)))


def told(item: Item, code: str) -> list[str]:
    return sorted(one.recipient for one in found(item, Notice) if one.code == code)


def open_tasks(item: Item) -> list[str]:
    return sorted(task.element for task in item.state.user_tasks.values())


def test_each_rung_is_told_once_and_may_accept(house: House) -> None:
    item = Item(house).receive(FAULT)

    item.wait(hours=9)

    assert item.row().escalation_level == 3
    [accept] = [one for one in found(item, UserTask) if one.element_id == "accept"]
    assert accept.candidate_groups == [
        "technical",
        "technical.head",
        "role.duty_manager",
        "role.management",
    ]
    # Nobody here is management: the duty manager is told in their place.
    assert told(item, "feedback_escalated") == ["zhao.liu", "zhou.ba", "zhou.ba"]


def test_collaborating_departments_are_noted_with_the_item(house: House) -> None:
    item = Item(house).receive(FAULT)

    item.complete("accept", "li.si", collaborators=["service"])

    assert item.row().collaborators == ["service"]
    groups = {one.element_id: one.candidate_groups for one in found(item, UserTask)}
    assert groups["collaborate"] == ["service"]


def test_a_plan_that_came_past_the_door_is_sent_back_by_the_step(house: House) -> None:
    item = Item(house).receive(FAULT)
    item.complete("accept", "li.si")

    write(item, plan="尽快处理", reply="我们保证修好")

    assert open_tasks(item) == ["process"]
    assert item.row().status == "processing"
    with Session(house.engine) as session:
        records = audit_record.read(session, item.state.key)
    findings = next(
        r["data"]["variables"]["findings"]
        for r in records
        if r["data"].get("variables", {}).get("findings")
    )
    assert {one["code"] for one in findings} == {
        "troubleshooting_missing",
        "phrase_vague",
        "promise_absolute",
    }
    assert "尽快" not in str(findings)

    write(item)
    assert item.row().status == "resolved"


def test_missed_progress_reminds_the_owner_and_then_the_head(house: House) -> None:
    item = Item(house).receive(FAULT, urgency="critical")
    item.complete("accept", "li.si")

    item.wait(hours=4)

    assert told(item, "progress_due") == ["li.si"]
    assert told(item, "progress_missed") == ["li.si", "zhao.liu"]


def test_an_overdue_item_is_told_to_owner_and_head(house: House) -> None:
    item = Item(house).receive(FAULT)
    item.complete("accept", "li.si")

    item.wait(hours=72)

    assert told(item, "solution_due") == ["li.si", "li.si"]
    assert told(item, "solution_overdue") == ["li.si", "zhao.liu"]


def test_the_reminder_leads_to_the_same_round(house: House) -> None:
    item = Item(house).receive(FAULT)
    item.complete("accept", "li.si")
    write(item)

    item.wait(days=4)

    assert [one.kind for one in found(item, OutboundMessage)].count("survey_reminder") == 1
    assert len(found(item, Survey)) == 1


def test_the_result_of_the_followup_is_an_entry_of_the_item(house: House) -> None:
    item = dissatisfied(house)

    record = item.say("客户同意换货")
    item.complete("second_followup", "sun.qi", followup="resolved", followup_record=record)

    with Session(house.engine) as session:
        [entry] = progress_entry.of_feedback(session, item.state.key)
    assert entry.code == "followup_resolved"
    assert str(entry.note_ref) == record["$ref"]


def test_a_reopened_item_is_counted_and_due_anew(house: House) -> None:
    item = dissatisfied(house)

    record = item.say("仍无法开机")
    item.complete("second_followup", "sun.qi", followup="unresolved", followup_record=record)

    row = item.row()
    assert (row.status, row.reopened, row.outcome) == ("processing", 1, None)
    assert row.due_at == item.now + timedelta(hours=72)
    assert told(item, "feedback_reopened") == ["li.si", "zhao.liu"]
    write(item)
    assert item.row().status == "resolved"


def test_a_followup_that_is_late_is_told(house: House) -> None:
    item = dissatisfied(house)

    item.wait(hours=48)

    # There is no team lead here: the duty manager is told in their place.
    assert told(item, "followup_overdue") == ["zhou.ba"]


def test_a_followup_that_stays_undone_climbs_the_ladder_and_each_rung_may_do_it(
    house: House,
) -> None:
    item = dissatisfied(house)
    above = {"chen.yi": "team_lead", "zhou.er": "management"}
    with Session(house.engine) as session, session.begin():
        for name, role in above.items():
            session.add(
                Person(
                    username=name,
                    display_name=name,
                    staff_number=name,
                    department="service",
                    roles=[role],
                    password_hash=NO_LOGIN,
                )
            )

    item.wait(days=30)

    assert told(item, "followup_overdue") == ["chen.yi", "zhou.ba", "zhou.er"]
    [task] = [one for one in found(item, UserTask) if one.state == "CREATED"]
    rungs = ["role.team_lead", "role.duty_manager", "role.management"]
    assert task.candidate_groups == ["role.specialist", *rungs]
    assert (task.element_id, task.priority) == ("second_followup", 75)
    item.complete("second_followup", "zhou.er", followup="resolved", followup_record=item.say("好"))
    assert item.row().status == "closed"


def test_a_closed_item_is_archived_with_its_instance(house: House) -> None:
    item = Item(house).receive(FAULT)
    item.complete("accept", "li.si")
    write(item)
    item.wait(days=8)
    closed_at = item.row().closed_at

    item.wait(days=30)

    assert (item.row().status, item.row().outcome) == ("archived", "unanswered")
    assert item.row().closed_at == closed_at
    assert item.state.phase == "completed"
