"""A member is chosen on the real database: who is looked at, what is kept, and when nobody is."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from activities.house import House
from models import assignment_choice, audit_record, notice, roster, skill, staff_retention
from models.absence import Absence
from models.assignment_choice import AssignmentChoice
from models.feedback import Feedback
from models.shift import WEEKDAYS, Shift
from models.skill import Skill
from tests.integration.feedback_item import Item
from tests.unit.feedback_life import MORNING

pytestmark = pytest.mark.integration
FAULT = "机器无法开机，按电源键没有反应。"
ENGINEERS = ("li.si", "wang.wu")


def choice(item: Item) -> AssignmentChoice:
    with Session(item.house.engine, expire_on_commit=False) as session:
        found = assignment_choice.latest(session, item.state.key)
    assert found is not None
    return found


def row(item: Item, username: str) -> dict[str, Any]:
    return next(one for one in choice(item).candidates if one["username"] == username)


def away(house: House, username: str, delegate: str | None = None) -> None:
    with Session(house.engine) as session, session.begin():
        session.add(
            Absence(
                id=uuid4(),
                username=username,
                starts_at=MORNING - timedelta(days=1),
                ends_at=MORNING + timedelta(days=5),
                delegate=delegate,
                created_by=username,
                created_at=MORNING,
            )
        )


def on_duty(house: House, username: str, *frame: str) -> None:
    with Session(house.engine) as session, session.begin():
        frames = {weekday: [list(frame)] for weekday in WEEKDAYS}
        code = f"shift_{username}"
        day = date(2026, 9, 1)
        shift = Shift(code=code, name_zh=code, name_en=code, frames=frames, valid_from=day)
        session.add(shift)
        session.flush()
        roster.assign(session, code, MORNING.date(), [username])


def told(house: House, code: str) -> set[str]:
    with Session(house.engine) as session:
        people = ("li.si", "wang.wu", "zhao.liu", "sun.qi", "zhou.ba")
        return {p for p in people if code in {n.code for n in notice.inbox(session, p)}}


def test_every_candidate_is_kept_with_every_part_of_the_score(house: House) -> None:
    Item(house).receive(FAULT)

    item = Item(house).receive(FAULT)

    kept = choice(item)
    assert (kept.assignee, kept.candidate_group) == ("wang.wu", "technical")
    assert [one["username"] for one in kept.candidates] == ["wang.wu", "li.si"]
    assert sum(kept.weights[part] for part in row(item, "li.si")["points"]) == 100
    assert row(item, "li.si")["open"] == {"normal": 1, "urgent": 0, "critical": 0}
    assert row(item, "li.si")["points"]["load"] == 0.25
    assert row(item, "wang.wu")["points"]["load"] == 0.5
    assert row(item, "li.si")["points"]["fairness"] == 0.05


def test_no_score_of_anybody_is_in_the_records_that_are_kept_for_good(house: House) -> None:
    item = Item(house).receive(FAULT)

    with Session(house.engine) as session:
        records = audit_record.read(session, item.state.key)
    said = [r["data"]["variables"].get("assignment") for r in records if "variables" in r["data"]]
    expected = {"group": "technical", "assignee": "li.si", "candidates": 2, "absent": 0}
    assert next(one for one in said if one) == expected
    assert "points" not in json.dumps(records, default=str)


def test_two_ordinary_items_weigh_less_than_one_critical(house: House) -> None:
    Item(house).receive(FAULT, urgency="critical")
    Item(house).receive(FAULT)
    Item(house).receive(FAULT)

    item = Item(house).receive(FAULT)

    assert row(item, "li.si")["load"] == 3
    assert row(item, "wang.wu")["load"] == 2
    assert item.row().assignee == "wang.wu"


def test_who_is_away_is_left_out(house: House) -> None:
    away(house, "li.si", "wang.wu")

    item = Item(house).receive(FAULT)

    assert item.row().assignee == "wang.wu"
    assert choice(item).left_out == {"li.si": "wang.wu"}
    assert [one["username"] for one in choice(item).candidates] == ["wang.wu"]


def test_who_stands_in_gets_it_where_no_member_is_there(house: House) -> None:
    away(house, "li.si", "sun.qi")
    away(house, "wang.wu")

    item = Item(house).receive(FAULT)

    assert item.row().assignee == "sun.qi"
    assert row(item, "sun.qi")["stands_in_for"] == "li.si"


def test_where_nobody_is_there_it_waits_in_the_queue_and_head_and_duty_manager_hear_of_it(
    house: House,
) -> None:
    for username in ENGINEERS:
        away(house, username)

    item = Item(house).receive(FAULT)

    accept = next(t for t in item.state.user_tasks.values() if t.element == "accept")
    assert (item.row().assignee, item.row().department) == (None, "technical")
    assert (accept.assignee, choice(item).candidates) == (None, [])
    assert told(house, "feedback_unassigned") == {"zhao.liu", "zhou.ba"}


def test_a_skill_for_the_category_or_the_product_decides_between_equals(house: House) -> None:
    with Session(house.engine) as session, session.begin():
        session.add(
            Skill(code="hardware", name_zh="硬件", name_en="Hardware", categories=["fault"])
        )
        session.add(Skill(code="X200", name_zh="X200", name_en="X200"))
        session.flush()
        skill.replace(session, "wang.wu", ["hardware"])
        skill.replace(session, "sun.qi", ["X200"])

    item = Item(house).receive(FAULT)

    assert item.row().assignee == "wang.wu"
    assert (row(item, "wang.wu")["skilled"], row(item, "li.si")["skilled"]) == (True, False)
    with Session(house.engine) as session:
        assert skill.suited(session, ["sun.qi", "li.si"], None, "X200") == {"sun.qi"}
        assert skill.suited(session, ["sun.qi"], None, None) == set()


def test_who_is_on_duty_comes_before_who_is_soon_and_who_is_not(house: House) -> None:
    # It is ten o'clock in Shanghai.
    on_duty(house, "li.si", "18:00", "22:00")
    on_duty(house, "wang.wu", "08:00", "12:00")
    on_duty(house, "sun.qi", "12:00", "16:00")

    item = Item(house).receive(FAULT)

    assert item.row().assignee == "wang.wu"
    assert (row(item, "wang.wu")["duty"], row(item, "li.si")["duty"]) == ("now", "off")
    with Session(house.engine) as session:
        found = roster.duties(session, ["sun.qi", "zhou.ba"], MORNING, timedelta(hours=4))
    assert found == {"sun.qi": "soon"}


def test_what_was_solved_in_time_counts_and_what_was_late_or_reopened_does_not(
    house: House,
) -> None:
    for number, (replied, reopened) in enumerate([(1, 0), (3, 0), (1, 1)]):
        past(house, "li.si", number, replied=replied, reopened=reopened)
    past(house, "li.si", 4, replied=1, days=200)

    item = Item(house).receive(FAULT)

    found = row(item, "li.si")
    assert (found["closed"], found["in_time"], found["same_category"]) == (3, 1, 3)
    assert found["lately"] == 0


def past(
    house: House, who: str, number: int, *, replied: int, reopened: int = 0, days: int = 20
) -> None:
    begun = MORNING - timedelta(days=days)
    with Session(house.engine) as session, session.begin():
        item = Feedback(
            id=(1000 + number) << 20,
            number=f"202601-{number:03d}",
            channel="web",
            category="fault",
            status="closed",
            closed_at=begun + timedelta(days=1),
            submitted_at=begun,
            received_at=begun,
            assignee=who,
            due_at=begun + timedelta(hours=2),
            replied_at=begun + timedelta(hours=replied),
            reopened=reopened,
        )
        session.add(item)


def test_choosing_costs_no_more_statements_than_agreed(house: House) -> None:
    Item(house).receive(FAULT)
    statements: list[str] = []
    event.listen(house.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))

    Item(house).receive(FAULT)

    first = next(i for i, said in enumerate(statements) if "FROM person \n" in said)
    last = next(i for i, said in enumerate(statements) if "INTO assignment_choice" in said)
    assert len(statements[first : last + 1]) <= 7


def test_scores_are_forgotten_after_a_year(house: House) -> None:
    item = Item(house).receive(FAULT)

    with Session(house.engine) as session, session.begin():
        staff_retention.delete_old(session, MORNING + timedelta(days=365))
        kept = assignment_choice.latest(session, item.state.key)
        staff_retention.delete_old(session, MORNING + timedelta(days=367))
        session.expunge_all()
        gone = assignment_choice.latest(session, item.state.key)

    assert kept is not None
    assert gone is None
