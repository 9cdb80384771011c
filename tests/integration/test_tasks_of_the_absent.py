"""Tasks of people who are away or leave: somebody else gets them, and never nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from activities.contracts import BUSY
from bpmn.commands import AssignUserTask, Command, UnassignUserTask
from bpmn.records import Kind
from models import access_token, person, roster
from models.leaving import leave
from models.process_instance import workflow_id
from models.shift import Shift
from tests.conftest import Database
from tests.staffed_house import StaffedHouse, one_task

pytestmark = pytest.mark.integration
FOR_ANN = one_task('assignee="ann" candidateGroups="technical"')
FOR_ANN_ALONE = one_task('assignee="ann"')
DAY = timedelta(days=1)


class KilledError(Exception):
    """The worker is gone."""


@pytest.fixture
def house(database: Database) -> Iterator[StaffedHouse]:
    made = StaffedHouse.on(database.app_url)
    yield made
    made.house.engine.dispose()


def lets_go(house: StaffedHouse, username: str) -> int:
    with house.session() as session, session.begin():
        found = person.find(session, username)
        assert found is not None
        return leave(session, found, actor="admin", at=house.clock.now())


# Away


def test_a_new_task_of_somebody_away_goes_to_the_delegate_and_the_record_says_why(
    house: StaffedHouse,
) -> None:
    house.draw(FOR_ANN)
    house.away("ann", "bob")

    key = house.begin()

    assert house.task(key).assignee == "bob"
    [given] = house.records(key, Kind.USER_TASK_ASSIGNED)
    assert given == {"assignee": "bob", "before": "ann", "because": "absent"}
    assert (house.told("bob"), house.told("ann")) == (["user_task_created"], [])


def test_a_new_task_of_somebody_away_without_delegate_is_queued_and_the_head_alerted(
    house: StaffedHouse,
) -> None:
    house.draw(FOR_ANN_ALONE)
    house.away("ann")

    task = house.task(house.begin())

    assert (task.assignee, task.candidate_groups) == (None, ["technical"])
    for name in ("tom", "bob"):
        assert house.told(name) == ["user_task_unattended"]
    assert house.told("ann") == []


def test_before_and_after_an_absence_tasks_stay_with_whom_the_drawing_names(
    house: StaffedHouse,
) -> None:
    house.draw(FOR_ANN)
    house.away("ann", "bob", begins=DAY, lasts=DAY)

    assert house.task(house.begin()).assignee == "ann"
    house.clock.at += 1.5 * DAY
    assert house.task(house.begin()).assignee == "bob"
    house.clock.at += DAY
    assert house.task(house.begin()).assignee == "ann"


def test_a_delegate_who_is_away_hands_on_and_a_circle_ends_in_the_queue(
    house: StaffedHouse,
) -> None:
    house.draw(FOR_ANN)
    house.away("ann", "bob", lasts=3 * DAY)
    house.away("bob", "cyd", lasts=3 * DAY)

    assert house.task(house.begin()).assignee == "cyd"
    house.away("cyd", "ann")
    assert house.task(house.begin()).assignee is None


async def test_open_tasks_are_offered_to_the_delegate_when_the_absence_begins(
    house: StaffedHouse,
) -> None:
    house.draw(FOR_ANN)
    key = house.begin()
    house.away("ann", "bob", begins=DAY)
    await house.settle()
    assert house.task(key).candidate_users == []

    house.clock.at += DAY
    await house.settle()

    task = house.task(key)
    assert (task.assignee, task.candidate_users) == ("ann", ["bob"])
    assert house.told("bob") == ["user_task_offered"]
    sent = len(house.sent)
    await house.settle()
    assert len(house.sent) == sent


async def test_without_a_delegate_the_head_hears_how_many_open_tasks_wait(
    house: StaffedHouse,
) -> None:
    house.draw(FOR_ANN)
    house.begin()
    house.away("ann")

    await house.settle()

    assert house.told("tom") == ["user_tasks_unattended"]
    assert house.sent == []


async def test_a_task_that_nobody_may_claim_is_told_to_the_duty_managers(
    house: StaffedHouse,
) -> None:
    house.draw(one_task('candidateGroups="team.empty"'))

    house.begin()

    assert house.told("dan") == ["user_task_without_candidates"]
    assert house.told("ann") == []


# Leaving


async def test_who_leaves_keeps_no_task_no_token_and_no_post(house: StaffedHouse) -> None:
    house.draw(FOR_ANN)
    key = house.begin()
    now = house.clock.now()
    with house.session() as session, session.begin():
        token = access_token.issue(session, "ann", now=now, lifetime=DAY)
        session.execute(text("INSERT INTO deputy VALUES ('technical', 'ann')"))

    assert lets_go(house, "ann") == 1
    await house.settle()

    assert house.task(key).assignee is None
    [given] = house.records(key, Kind.USER_TASK_ASSIGNED)
    assert given == {"assignee": None, "before": "ann", "by": "admin"}
    assert house.told("bob") == house.told("cyd") == ["user_task_returned"]
    with house.session() as session:
        assert access_token.holder(session, token, house.clock.now()) is None
        assert session.scalar(text("SELECT count(*) FROM deputy")) == 0
    assert lets_go(house, "ann") == 0


async def test_a_task_that_nobody_else_could_claim_goes_to_the_department_of_who_left(
    house: StaffedHouse,
) -> None:
    house.draw(FOR_ANN_ALONE)
    key = house.begin()

    lets_go(house, "ann")
    await house.settle()

    task = house.task(key)
    assert (task.assignee, task.candidate_groups) == (None, ["technical"])


async def test_a_handover_survives_a_worker_killed_after_the_command(house: StaffedHouse) -> None:
    house.draw(FOR_ANN)
    key = house.begin()
    lets_go(house, "ann")
    dying = house.another_dispatcher()
    send = dying.send

    async def send_and_die(workflow_id: str, command: Command) -> str:
        await send(workflow_id, command)
        raise KilledError

    dying.send = send_and_die
    with pytest.raises(KilledError):
        await dying.once()
    assert house.told("bob") == []

    house.clock.at += timedelta(minutes=1)
    await house.settle()

    assert len(house.records(key, Kind.USER_TASK_ASSIGNED)) == 1
    assert house.told("bob") == ["user_task_returned"]
    with house.session() as session:
        open_ones = "SELECT count(*) FROM task_handover WHERE done_at IS NULL"
        assert session.scalar(text(open_ones)) == 0


async def test_a_busy_instance_is_asked_again_later(house: StaffedHouse) -> None:
    house.draw(FOR_ANN)
    key = house.begin()
    lets_go(house, "ann")
    send = house.dispatcher.send

    async def busy(_: str, __: Command) -> str:
        return BUSY

    house.dispatcher.send = busy
    await house.dispatcher.once()
    assert house.task(key).assignee == "ann"

    house.dispatcher.send = send
    house.clock.at += timedelta(minutes=1)
    await house.settle()

    assert house.task(key).assignee is None


async def test_a_task_that_somebody_took_over_meanwhile_is_left_to_them(
    house: StaffedHouse,
) -> None:
    house.draw(FOR_ANN)
    key = house.begin()
    lets_go(house, "ann")
    send = house.dispatcher.send

    async def late(workflow_id: str, command: Command) -> str:
        # The lead was quicker by a hair.
        given = AssignUserTask(id="lead", actor="lead", key=house.task(key).key, assignee="bob")
        await house.instances.send(workflow_id, given)
        return await send(workflow_id, command)

    house.dispatcher.send = late
    await house.settle()

    assert house.task(key).assignee == "bob"


async def test_a_task_given_to_somebody_who_has_just_left_does_not_stay_with_them(
    house: StaffedHouse,
) -> None:
    house.draw(one_task('candidateGroups="technical"'))
    key = house.begin()
    lets_go(house, "ann")

    given = AssignUserTask(id="late", actor="lead", key=house.task(key).key, assignee="ann")
    await house.instances.send(f"feedback-{key}", given)

    assert house.task(key).assignee is None
    assert "user_task_unattended" in house.told("tom")


async def test_who_was_away_and_on_duty_is_forgotten_after_a_year(house: StaffedHouse) -> None:
    house.away("ann", lasts=DAY)
    with house.session() as session, session.begin():
        frames = {"mon": [["08:00", "12:00"]]}
        day = house.clock.at.date()
        session.add(Shift(code="s", name_zh="班", name_en="S", frames=frames, valid_from=day))
        session.flush()
        roster.assign(session, "s", day, ["ann"])

    def kept() -> list[int]:
        with house.session() as session:
            counts = ("SELECT count(*) FROM absence", "SELECT count(*) FROM duty")
            return [int(session.scalar(text(one)) or 0) for one in counts]

    await house.settle()
    house.clock.at += 366 * DAY
    await house.settle()
    assert kept() == [1, 1]
    house.clock.at += 2 * DAY
    await house.settle()
    assert kept() == [0, 0]


# Given back


async def test_what_only_its_assignee_could_take_is_open_to_the_department_when_given_back(
    house: StaffedHouse,
) -> None:
    house.draw(FOR_ANN_ALONE)
    key = house.begin()

    given_back = UnassignUserTask(id="x", actor="ann", key=house.task(key).key)
    await house.instances.send(workflow_id(key), given_back)

    task = house.task(key)
    assert (task.assignee, task.candidate_groups) == (None, ["technical"])
    assert house.told("bob") == ["user_task_returned"]


async def test_a_task_that_others_could_take_stays_theirs_alone_when_given_back(
    house: StaffedHouse,
) -> None:
    house.draw(FOR_ANN)
    key = house.begin()

    given_back = UnassignUserTask(id="x", actor="ann", key=house.task(key).key)
    await house.instances.send(workflow_id(key), given_back)

    assert house.task(key).candidate_groups == ["technical"]
    assert house.records(key, Kind.USER_TASK_UPDATED) == []
