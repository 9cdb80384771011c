"""A task is offered and given to people who can do it, so that none is lost (候选人)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.door import Door
from tests.api.test_api_feedback import code

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "changeset",
    [{"candidateGroups": ["technical", "nirvana"]}, {"candidateUsers": ["nobody_at_all"]}],
)
async def test_a_task_is_not_offered_to_those_who_do_not_exist(
    door: Door, changeset: dict[str, Any]
) -> None:
    path = f"/v2/user-tasks/{(await door.task(await door.receive()))['userTaskKey']}"

    refused = await door.call("lead", "PATCH", path, {"changeset": changeset})

    assert code(refused) == (400, "request_invalid")
    assert (await door.get("lead", path)).json()["candidateGroups"] == ["technical"]


async def test_a_task_is_not_given_to_somebody_who_only_looks_on(door: Door) -> None:
    path = f"/v2/user-tasks/{(await door.task(await door.receive()))['userTaskKey']}"

    refused = await door.post("lead", f"{path}/assignment", {"assignee": "audit"})

    assert code(refused) == (409, "assignee_unfit")


async def test_who_does_not_see_a_task_does_not_learn_that_it_is_open(door: Door) -> None:
    path = f"/v2/user-tasks/{(await door.task(await door.receive()))['userTaskKey']}"

    refused = await door.post("log", f"{path}/take-back", {})

    assert code(refused) == (403, "task_not_yours")
