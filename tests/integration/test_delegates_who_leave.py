"""A delegated task of a delegate who leaves comes back to its owner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bpmn.commands import DelegateUserTask
from bpmn.records import Kind
from models.process_instance import workflow_id
from tests.conftest import Database
from tests.integration.test_tasks_of_the_absent import DAY, FOR_ANN, lets_go
from tests.staffed_house import StaffedHouse

pytestmark = pytest.mark.integration


@pytest.fixture
def staffed(database: Database) -> Iterator[StaffedHouse]:
    made = StaffedHouse.on(database.app_url)
    yield made
    made.house.engine.dispose()


async def delegated(staffed: StaffedHouse) -> int:
    """A task of ann that bob does for her; return the instance."""
    staffed.draw(FOR_ANN)
    key = staffed.begin()
    command = DelegateUserTask(
        id="delegate", actor="ann", key=staffed.task(key).key, assignee="bob"
    )
    await staffed.instances.send(workflow_id(key), command)
    return key


async def test_what_a_delegate_who_leaves_was_doing_comes_back_to_its_owner(
    staffed: StaffedHouse,
) -> None:
    key = await delegated(staffed)

    assert lets_go(staffed, "bob") == 1
    await staffed.settle()

    assert (staffed.task(key).assignee, staffed.task(key).owner) == ("ann", None)
    assert [one["by"] for one in staffed.records(key, Kind.USER_TASK_RETURNED)] == ["admin"]
    assert "user_task_given_back" in staffed.told("ann")


async def test_a_new_task_of_somebody_away_whose_delegate_has_left_goes_to_the_queue(
    staffed: StaffedHouse,
) -> None:
    staffed.draw(FOR_ANN)
    staffed.away("ann", "cyd", lasts=3 * DAY)
    staffed.away("cyd", "bob", lasts=2 * DAY)
    lets_go(staffed, "bob")
    await staffed.settle()

    task = staffed.task(staffed.begin())

    assert task.assignee is None
    assert task.candidate_groups
    assert "user_task_unattended" in staffed.told("tom")


async def test_where_the_owner_has_left_as_well_the_task_goes_to_the_queue(
    staffed: StaffedHouse,
) -> None:
    key = await delegated(staffed)

    lets_go(staffed, "ann")
    await staffed.settle()
    lets_go(staffed, "bob")
    await staffed.settle()

    assert (staffed.task(key).assignee, staffed.task(key).owner) == (None, None)
    assert staffed.task(key).candidate_groups == ["technical"]
