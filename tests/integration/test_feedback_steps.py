"""The steps of the feedback process on the real database, driven by the bundled drawing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.house import House
from activities.registry import HANDLERS
from activities.survey_link import verify
from bpmn.apply import replay
from bpmn.commands import CompleteUserTask
from channels.null import Null
from channels.post import Post
from models import audit_record, feedback
from models.keyword import Keyword
from models.notice import Notice
from models.outbound_message import OutboundMessage
from models.survey import Survey
from models.user_task import UserTask
from tests.houses import KEY
from tests.integration.feedback_item import Item
from tests.unit.feedback_life import definition

pytestmark = pytest.mark.integration

FAULT = "机器无法开机，按电源键没有反应。"


def processed(item: Item) -> Item:
    item.complete("accept", "li.si")
    item.complete("process", "li.si", **written(item))
    return item


def written(item: Item) -> dict[str, Any]:
    """Return what a technician fills in."""
    plan, reply = item.say("更换电源"), item.say("已更换电源模块")
    return {"plan": plan, "reply": reply, "estimated_hours": 2}


def found(item: Item, table: type[Any]) -> list[Any]:
    key = table.instance_key if hasattr(table, "instance_key") else table.feedback_id
    with Session(item.house.engine, expire_on_commit=False) as session:
        return list(session.scalars(select(table).where(key == item.state.key)))


def notices(item: Item, code: str) -> dict[str, dict[str, Any]]:
    return {one.recipient: one.data for one in found(item, Notice) if one.code == code}


def task(item: Item, element: str) -> UserTask:
    tasks: dict[str, UserTask] = {one.element_id: one for one in found(item, UserTask)}
    return tasks[element]


def letter(item: Item, kind: str) -> dict[str, Any]:
    """Return what the customer was told."""
    message = next(m for m in found(item, OutboundMessage) if m.kind == kind)
    with Session(item.house.engine) as session:
        text = item.house.vault.reveal(session, message.id)
    assert text is not None
    told: dict[str, Any] = json.loads(text)
    return told


def test_there_is_a_step_for_every_job_type_of_the_drawings() -> None:
    asked = {
        element.task.type
        for process in definition().processes.values()
        for element in process.elements.values()
        if element.task
    }

    assert asked == set(HANDLERS) - {"publish-message"}


def test_an_item_is_classified_by_the_keyword_library_and_given_to_a_department(
    house: House,
) -> None:
    item = Item(house).receive(FAULT)

    row = item.row()
    assert (row.type, row.category, row.department) == ("repair", "fault", "technical")
    assert row.due_at == row.received_at + timedelta(hours=72)


def test_the_type_that_the_customer_gave_stands(house: House) -> None:
    item = Item(house).receive(FAULT, type="consultation")

    assert (item.row().type, item.row().category) == ("consultation", "fault")


def test_the_reasons_of_the_classification_are_numbers_of_library_words(house: House) -> None:
    item = Item(house).receive(FAULT)

    with Session(house.engine) as session:
        records = audit_record.read(session, item.state.key)
        said = next(
            r["data"]["variables"]["classification"]
            for r in records
            if "classification" in r["data"].get("variables", {})
        )
        words = [session.get_one(Keyword, number).word for number in said["keywords"]]
    assert "无法开机" in words


def test_no_word_of_the_customer_is_in_the_records(house: House) -> None:
    item = processed(Item(house).receive(FAULT, contact="13812345678"))
    item.wait(hours=24)

    with Session(house.engine) as session:
        text = json.dumps(audit_record.read(session, item.state.key), ensure_ascii=False)
    assert not [word for word in ("无法开机", "13812345678", "电源") if word in text]


def test_the_member_with_the_least_work_is_chosen(house: House) -> None:
    first = Item(house).receive(FAULT)
    second = Item(house).receive(FAULT)

    assert (first.row().assignee, second.row().assignee) == ("li.si", "wang.wu")
    assert task(second, "accept").assignee == "wang.wu"


def test_a_department_without_people_gets_the_task_as_a_group(house: House) -> None:
    item = Item(house).receive("物流太慢，包裹一直没到", type="complaint")

    assert item.row().department == "logistics"
    assert task(item, "accept").assignee is None
    assert task(item, "accept").candidate_groups == ["logistics"]


def test_the_duty_manager_hears_of_a_critical_item_at_once(house: House) -> None:
    critical = Item(house).receive(FAULT, urgency="critical")
    normal = Item(house).receive(FAULT)

    assert notices(critical, "feedback_critical") == {"zhou.ba": {"number": critical.number}}
    assert notices(normal, "feedback_critical") == {}


def test_an_item_not_accepted_in_two_hours_brings_in_the_head(house: House) -> None:
    item = Item(house).receive(FAULT)

    item.wait(hours=1, minutes=59, seconds=59)
    before = item.row().escalation_level
    item.wait(seconds=1)

    row = item.row()
    assert before == 0
    assert (row.escalation_level, row.escalated_at) == (1, row.received_at + timedelta(hours=2))
    assert notices(item, "feedback_escalated") == {"zhao.liu": {"number": item.number, "level": 1}}
    assert task(item, "accept").candidate_groups == ["technical", "technical.head"]
    assert task(item, "accept").priority == 75
    assert task(item, "accept").state == "CREATED"


def test_without_a_head_the_duty_manager_is_told(house: House) -> None:
    item = Item(house).receive("物流太慢，包裹一直没到", type="complaint")

    item.wait(hours=2)

    assert list(notices(item, "feedback_escalated")) == ["zhou.ba"]


def test_accepting_is_noted_with_who_and_when(house: House) -> None:
    item = Item(house).receive(FAULT)
    item.wait(minutes=5)

    item.complete("accept", "wang.wu")

    row = item.row()
    assert (row.assignee, row.accepted_at) == ("wang.wu", item.now)
    assert task(item, "process").assignee == "wang.wu"
    assert task(item, "process").due_date == row.due_at


def test_the_reply_names_solution_and_who_served_masked(house: House) -> None:
    item = processed(Item(house).receive(FAULT))

    told = letter(item, "reply")
    assert told["text"] == "已更换电源模块"
    assert (told["staff_name"], told["staff_number"]) == ("李*", "T001")
    assert item.row().replied_at == item.now
    assert item.row().status == "resolved"


def test_a_customer_who_cannot_read_it_there_is_told_by_hand(house: House) -> None:
    item = processed(Item(house).receive(FAULT, channel="phone"))

    assert notices(item, "contact_by_hand") == {
        "li.si": {"number": item.number, "kind": "reply", "channel": "phone"}
    }


def test_a_reply_by_mail_leaves_the_house_and_is_sent_once(house: House) -> None:
    driver = Null()
    post = Post(
        (),
        schemas=("mailtos",),
        driver=driver,
        customer_addresses={"email": "mailtos://bihuan.example?to={contact}"},
    )
    item = Item(replace(house, post=post)).receive(FAULT, channel="email", contact="a@b.example")
    item.complete("accept", "li.si")
    key = next(iter(item.state.user_tasks))

    given = written(item)
    item.advance(CompleteUserTask(id="p", actor="li.si", key=key, variables=given))
    left = next(iter(item.state.jobs.values()))
    item.perform(left)
    item.do(item.perform(left))

    assert left.type == "feedback.reply"
    assert len(driver.given) == 1
    assert "已更换电源模块" in driver.given[0].body
    assert [m.status for m in found(item, OutboundMessage)] == ["sent"]


def test_an_erased_customer_gets_no_reply_and_the_item_goes_on(house: House) -> None:
    item = Item(house).receive(FAULT)
    item.complete("accept", "li.si")
    given = written(item)
    with Session(house.engine) as session, session.begin():
        customer = item.row().customer_id
        assert customer is not None
        house.vault.erase(session, customer)

    item.complete("process", "li.si", **given)
    item.wait(hours=24)

    assert item.row().status == "resolved"
    assert {m.status for m in found(item, OutboundMessage)} == {"failed"}
    assert not item.state.incidents


def test_the_survey_opens_a_round_whose_link_is_signed(house: House) -> None:
    item = processed(Item(house).receive(FAULT))
    replied = item.now

    item.wait(hours=24)

    [round_] = found(item, Survey)
    told = letter(item, "survey")
    token = told["link"].rpartition("/survey/")[2]
    assert (round_.round, round_.sent_at) == (1, replied + timedelta(hours=24))
    # Seven days of waiting, and the thirty after closing in which a late answer still counts.
    assert round_.expires_at == round_.sent_at + timedelta(days=37)
    assert verify(token, KEY, item.now) == round_.id


@pytest.mark.parametrize(
    ("satisfaction", "status", "outcome"),
    [("satisfied", "closed", "satisfied"), ("neutral", "second_followup", None)],
)
def test_the_answer_is_noted_and_decides(
    house: House, satisfaction: str, status: str, outcome: str | None
) -> None:
    item = processed(Item(house).receive(FAULT))
    item.wait(hours=24)

    item.publish("survey_answered", satisfaction=satisfaction)

    row = item.row()
    assert (row.satisfaction, row.status, row.outcome) == (satisfaction, status, outcome)


def test_an_answer_that_is_none_of_the_five_becomes_an_incident_and_not_a_row(
    house: House,
) -> None:
    item = processed(Item(house).receive(FAULT))
    item.wait(hours=24)

    with pytest.raises(Exception, match="score_unknown"):
        item.publish("survey_answered", satisfaction="great")

    assert item.row().satisfaction is None


def test_a_second_followup_closes_the_item(house: House) -> None:
    item = processed(Item(house).receive(FAULT))
    item.wait(hours=24)
    item.publish("survey_answered", satisfaction="dissatisfied")

    item.complete("second_followup", "sun.qi", followup="resolved", followup_record=item.say("好"))

    assert (item.row().status, item.row().outcome) == ("closed", "followed_up")
    assert item.row().closed_at == item.now


def test_an_unanswered_item_and_a_withdrawn_one_are_counted_apart(house: House) -> None:
    silent = processed(Item(house).receive(FAULT))
    silent.wait(days=8)
    gone = Item(house).receive(FAULT)

    gone.publish("feedback_withdrawn")

    assert (silent.row().status, silent.row().outcome) == ("closed", "unanswered")
    assert (gone.row().status, gone.row().outcome) == ("withdrawn", "withdrawn")


def test_the_states_passed_are_those_of_the_records(house: House) -> None:
    item = processed(Item(house).receive(FAULT))
    item.wait(days=8)

    with Session(house.engine) as session:
        passed = [one.status for one in feedback.states_passed(session, item.state.key)]
        again = replay(item.state.key, audit_record.read(session, item.state.key))
    assert passed == ["pending", "processing", "resolved", "closed"]
    assert again.to_json() == item.state.to_json()
