"""A verb on a user task: checked against its row, done once, carried out by its instance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.authentication import Caller
from api.commands import deliver, was_done
from api.idempotency import Answer, KeyHeader, Once, carry_out, in_transaction, once
from api.means import Means
from api.own_requests import check_not_own
from api.problem import Problem
from api.user_task_view import existing
from api.visibility import sees_task
from bpmn.commands import Command, OnUserTask
from models import audit_record
from models.user_task import UserTask

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=40,
        description="The ETag of the task; another revision is refused.",
        examples=['"3"'],
    ),
]
CODES = (
    "body_malformed",
    "request_invalid",
    "task_not_yours",
    "decision_on_own_request",
    "user_task_not_found",
    "user_task_not_active",
    "process_instance_ended",
    "process_instance_moved_on",
    "command_refused",
    "revision_differs",
    "idempotency_key_invalid",
    "idempotency_key_reused",
    "instance_busy",
    "process_instance_starting",
    "body_too_large",
)


# Whoever may do these may no longer if the task has changed hands since it was looked at.
_BY_HOLDER = frozenset({"unassign", "reassign", "delegate", "return"})
_ATTEMPTS = 5


@dataclass(frozen=True)
class Conditions:
    """The headers under which a verb is carried out (请求条件)."""

    if_match: str | None = None
    idempotency_key: str | None = None

    def check(self, task: UserTask) -> None:
        """Refuse a task that is not as the caller knows it.

        Raises:
            Problem: `revision_differs`.
        """
        if self.if_match not in {None, "*", etag(task), f"W/{etag(task)}"}:
            raise Problem("revision_differs", revision=task.revision)


async def _conditions(if_match: IfMatch = None, idempotency_key: KeyHeader = None) -> Conditions:
    return Conditions(if_match, idempotency_key)


ConditionsHere = Annotated[Conditions, Depends(_conditions)]


@dataclass(frozen=True)
class TaskVerb:
    """What a caller asks of a task (任务操作).

    Attributes:
        name: the verb, part of what an Idempotency-Key is bound to.
        body: what came with it.
        conditions: the headers that came with it.
        also_done: whether a completed task may still be asked for this.
    """

    name: str
    key: int
    caller: Caller
    conditions: Conditions
    body: BaseModel | None = None
    also_done: bool = False


# Makes the command out of the task's row, in a transaction, or refuses.
Make = Callable[[Session, UserTask, str], Command]


async def carry_out_verb(means: Means, verb: TaskVerb, make: Make) -> Answer:
    """Carry out a verb; its rows can be read when this returns.

    Raises:
        Problem: what `make` raises, and whatever the instance refuses.
    """
    route = f"{verb.name} /v2/user-tasks/{verb.key}"
    asked = once(means, verb.caller.username, route, verb.conditions.idempotency_key, verb.body)

    async def work() -> Answer:
        for attempt in range(_ATTEMPTS):
            if await _attempt(means, _Preparation(verb, asked, make, attempt)):
                return Answer(204)
        raise Problem("process_instance_moved_on")

    return await carry_out(means, asked, work)


async def _attempt(means: Means, prepared: _Preparation) -> bool:
    """Try once; return False if the instance moved on while the task was looked at."""
    command = await in_transaction(means, prepared)
    if command is None:
        return True
    try:
        await deliver(means, prepared.instance_key, command, prepared)
    except Problem as problem:
        if problem.code != "process_instance_moved_on":
            raise
        return False
    return True


class _Preparation:
    """Looks at the task and makes the command; None if this very request was done before."""

    def __init__(self, verb: TaskVerb, asked: Once, make: Make, attempt: int = 0) -> None:
        self._verb = verb
        self._make = make
        # Made once: whoever is asked again is asked by the same command. One that came too late
        # was refused for good, so that each attempt has its own.
        own = asked.command_id()
        self._identities = [own, *(f"{own}:{again}" for again in range(1, _ATTEMPTS))]
        self._identity = self._identities[attempt]
        self.instance_key = 0

    def __call__(self, session: Session) -> Command | None:
        verb, identity = self._verb, self._identity
        task = existing(session, verb.key)
        self.instance_key = task.instance_key
        number = self._number(session, task)
        if verb.conditions.idempotency_key and was_done(
            session, task.instance_key, *self._identities
        ):
            return None
        if not sees_task(verb.caller, task):
            raise Problem("task_not_yours", key=str(task.key))
        if task.state not in ("CREATED", "COMPLETED" if verb.also_done else "CREATED"):
            raise Problem("user_task_not_active", key=str(task.key))
        check_not_own(session, verb.caller, task)
        verb.conditions.check(task)
        command = self._make(session, task, identity)
        if number and isinstance(command, OnUserTask):
            return replace(command, expected_number=number)
        return command

    def _number(self, session: Session, task: UserTask) -> int:
        """Return the record that must be the last one when the task is as it is looked at here.

        Read before the row: a row that is newer only costs another attempt.
        """
        exact = self._verb.conditions.if_match not in {None, "*"}
        if not exact and self._verb.name not in _BY_HOLDER:
            return 0
        number = audit_record.last_number(session, task.instance_key)
        session.refresh(task)
        return number


def etag(task: UserTask) -> str:
    """Return the ETag of a task's present revision."""
    return f'"{task.revision}"'
