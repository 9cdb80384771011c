"""What the table of permissions says of relations holds at the routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.permissions import roles
from api.relation import Relation
from models.person import ROLES
from tests.api.door import Door

pytestmark = pytest.mark.integration
PROBE = "spec"
# How the probe stands to the item: the relations that it has then, and what brings them about.
STANDINGS: dict[str, tuple[frozenset[Relation], tuple[str, ...]]] = {
    "a stranger": (frozenset(), ()),
    "the assignee": (
        frozenset({Relation.ASSIGNEE}),
        ("UPDATE feedback SET assignee = 'spec'", "UPDATE user_task SET assignee = 'spec'"),
    ),
    "of the department": (
        frozenset({Relation.DEPARTMENT, Relation.CANDIDATE, Relation.HEAD}),
        ("UPDATE person SET department = 'technical' WHERE username = 'spec'",),
    ),
    "of a collaborating department": (
        frozenset({Relation.COLLABORATOR}),
        (
            "UPDATE person SET department = 'logistics' WHERE username = 'spec'",
            "UPDATE feedback SET collaborators = '{logistics}'",
        ),
    ),
    "the customer's account manager": (
        frozenset({Relation.ACCOUNT_MANAGER}),
        ("UPDATE customer SET account_manager = 'spec'",),
    ),
}
NOBODYS = (
    "UPDATE person SET department = 'management' WHERE username = 'spec'",
    "UPDATE feedback SET assignee = NULL, collaborators = '{}'",
    "UPDATE user_task SET assignee = NULL",
    "UPDATE customer SET account_manager = NULL",
)


@dataclass(frozen=True)
class Item:
    """One item and what belongs to it."""

    number: str
    task: str
    customer: str


def stand(door: Door, role: str, changes: Iterable[str]) -> None:
    with door.engine.begin() as connection:
        for change in (*NOBODYS, *changes):
            connection.execute(text(change))
        connection.execute(
            text("UPDATE person SET roles = ARRAY[:role] WHERE username = 'spec'"), {"role": role}
        )


def says(action: str, role: str, relations: Iterable[Relation]) -> bool:
    """What the table says of somebody who stands so to an item."""
    return role in roles(action, Relation.ANY, *relations)


Asking = Callable[[Item], tuple[str, str, Any]]
# Each with the action that decides, and the one by which it is seen at all.
ASKED: dict[str, tuple[Asking, tuple[str, ...]]] = {
    "read the item": (lambda it: ("GET", f"/api/feedback/{it.number}", None), ("feedback.read",)),
    "reveal the contact": (
        lambda it: (
            "POST",
            f"/api/feedback/{it.number}/reveal",
            {"field": "contact", "reason": "callback"},
        ),
        ("feedback.read", "feedback.reveal"),
    ),
    "ask for more time": (
        lambda it: (
            "POST",
            f"/api/feedback/{it.number}/extension",
            {"new_due_at": "2026-09-20T02:00:00Z", "reason": "spare part"},
        ),
        ("feedback.read", "feedback.extend"),
    ),
    "read the customer": (
        lambda it: ("GET", f"/api/customers/{it.customer}", None),
        ("customer.read",),
    ),
    "read the task": (lambda it: ("GET", f"/v2/user-tasks/{it.task}", None), ("user_task.read",)),
    "direct the task": (
        lambda it: ("PATCH", f"/v2/user-tasks/{it.task}", {"changeset": {"priority": 50}}),
        ("user_task.direct",),
    ),
}


async def item(door: Door) -> Item:
    number = await door.receive()
    task = (await door.task(number))["userTaskKey"]
    with door.engine.connect() as connection:
        customer = connection.execute(text("SELECT customer_id FROM feedback")).scalar_one()
        department = connection.execute(text("SELECT department FROM feedback")).scalar_one()
    assert department == "technical"
    return Item(number, str(task), str(customer))


def refused(answer: httpx.Response) -> bool:
    assert answer.status_code < 500, answer.text
    return answer.status_code == 403


@pytest.mark.parametrize("asking", ASKED)
async def test_who_may_do_it_follows_from_role_and_relation(door: Door, asking: str) -> None:
    one = await item(door)
    make, actions = ASKED[asking]
    allowed = 0
    for standing, (relations, changes) in STANDINGS.items():
        for role in ROLES:
            stand(door, role, changes)
            # A head leads the department that they are of.
            held = relations if role == "head" else relations - {Relation.HEAD}
            expected = all(says(action, role, held) for action in actions)

            answer = await door.call(PROBE, *make(one))

            assert refused(answer) is not expected, (standing, role, answer.text)
            allowed += expected
    assert 0 < allowed < len(STANDINGS) * len(ROLES)


@pytest.mark.parametrize("role", ["engineer", "auditor", "management"])
async def test_candidates_and_assignees_work_on_a_task_and_auditors_never(
    door: Door, role: str
) -> None:
    one = await item(door)
    path = f"/v2/user-tasks/{one.task}"
    may = role in roles("user_task.work")
    await door.call("lead", "DELETE", f"{path}/assignee")

    stand(door, role, ())
    stranger = await door.post(PROBE, f"{path}/assignment", {"assignee": PROBE})
    stand(door, role, STANDINGS["of the department"][1])
    candidate = await door.post(PROBE, f"{path}/assignment", {"assignee": PROBE})

    assert stranger.status_code == 403
    assert candidate.status_code == (204 if may else 403)
