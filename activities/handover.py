"""Tasks of people who leave or are away, handed to others beside the workflows (任务移交).

What is owed is a row, written with what caused it. A killed worker leaves what it had in hand to
the next one, which sends the same commands under the same ids; so a task is given back once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from activities import notices
from activities.bell import Bell
from activities.contracts import BUSY, GONE
from bpmn.commands import Command, ReturnUserTask, UnassignUserTask, UpdateUserTask
from models import (
    absence,
    candidate_group,
    notice,
    person,
    staff_retention,
    task_handover,
    user_task,
)
from models.process_instance import workflow_id
from models.task_handover import CHANNEL, OFFER

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from models.absence import Absence
    from models.task_handover import TaskHandover
    from models.user_task import UserTask

_LOGGER = logging.getLogger(__name__)
_AT_ONCE = 20
_SWEEP_EVERY = timedelta(hours=1)
# Longer than an attempt takes.
_LEASE = timedelta(seconds=10)
_FIRST_PAUSE = timedelta(seconds=0.5)
_LONGEST_PAUSE = timedelta(minutes=1)
_DOUBLINGS = 7
# The task is where it should be, or nowhere any more: nothing is left to do.
_SETTLED = frozenset(
    {"", "user_task_not_active", "user_task_not_yours", "process_instance_ended", GONE}
)

# Has a command carried out; "" or why not, as `workflows.messages.outcome` says it.
Send = Callable[[str, Command], Awaitable[str]]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class HandoverDispatcher:
    """Hands over what is owed; several may run at once."""

    engine: Engine
    send: Send
    now: Callable[[], datetime] = _now
    _swept_at: datetime | None = field(default=None, init=False)

    async def run(self) -> None:
        """Hand over until cancelled; what fails is tried again later, never given up."""
        bell = Bell(self.engine, CHANNEL)
        try:
            while True:
                if not await self._round():
                    await bell.wait()
        finally:
            bell.close()

    async def _round(self) -> int:
        try:
            return await self.once()
        except Exception as error:  # noqa: BLE001 (the loop outlives every outage)
            _LOGGER.warning("handing over tasks failed: %s", type(error).__name__)
            return 0

    async def once(self) -> int:
        """Do what is to be done now; return how much it was."""
        begun = await asyncio.to_thread(self._begin_absences)
        owed = await asyncio.to_thread(self._claim)
        await asyncio.gather(*(self._hand_over(*one) for one in owed))
        await asyncio.to_thread(self._sweep)
        return begun + len(owed)

    def _begin_absences(self) -> int:
        """Look at absences that have begun, each in a transaction, which holds one lock only."""
        return sum(1 for _ in takewhile(bool, (self._begin_next() for _ in range(_AT_ONCE))))

    def _begin_next(self) -> bool:
        now = self.now()
        with Session(self.engine) as session, session.begin():
            found = absence.beginning(session, now)
            if found is not None:
                begin_absence(session, found, now)
            return found is not None

    def _sweep(self) -> None:
        now = self.now()
        if self._swept_at is None or now - self._swept_at >= _SWEEP_EVERY:
            with Session(self.engine) as session, session.begin():
                staff_retention.delete_old(session, now)
            self._swept_at = now

    def _claim(self) -> list[tuple[TaskHandover, list[Command]]]:
        now = self.now()
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            owed = task_handover.claim(session, now, until=now + _LEASE, limit=_AT_ONCE)
            return [(one, commands_of(session, one)) for one in owed]

    async def _hand_over(self, owed: TaskHandover, commands: list[Command]) -> None:
        outcome = ""
        for command in commands:
            outcome = outcome or await self.send(workflow_id(owed.instance_key), command)
        await asyncio.to_thread(self._settle, owed, outcome)

    def _settle(self, owed: TaskHandover, outcome: str) -> None:
        now = self.now()
        with Session(self.engine) as session, session.begin():
            if outcome in _SETTLED:
                task_handover.done(session, owed.id, now, outcome or None)
                _tell(session, owed, now)
            else:
                pause = _FIRST_PAUSE * 2 ** min(owed.attempts, _DOUBLINGS)
                error = "busy" if outcome == BUSY else outcome
                until = now + min(pause, _LONGEST_PAUSE)
                task_handover.put_off(session, owed.id, error, until)


def begin_absence(session: Session, found: Absence, at: datetime) -> None:
    """Offer the open tasks of somebody who is away to the delegate; both see them (移交).

    They stay theirs until the delegate takes them: the absent may be half through, and be back
    tomorrow. Without a delegate who is there the head is told how many wait.
    """
    task_handover.stop_giving(session, found.username)
    found.handled_at = at
    tasks = user_task.open_of(session, found.username)
    delegate = absence.absent(session, [found.username], at).get(found.username)
    if delegate is not None:
        cause = f"absence|{found.id}|{delegate}"
        owed = task_handover.of_tasks(
            tasks, cause, actor=found.created_by, at=at, delegate=delegate
        )
        task_handover.owe(session, owed)
    elif tasks:
        _alert(session, found, len(tasks), at)


def commands_of(session: Session, owed: TaskHandover) -> list[Command]:
    """Return what hands a task over; the ids are the same at every attempt."""
    task = user_task.find(session, owed.task_key)
    if task is None or task.state != "CREATED" or task.assignee != owed.username:
        return []
    if owed.kind == OFFER:
        return _offer(owed, task)
    return _release(session, owed, task)


def _offer(owed: TaskHandover, task: UserTask) -> list[Command]:
    users = list(dict.fromkeys([*task.candidate_users, owed.delegate or ""]))
    if users == task.candidate_users:
        return []
    return [_update(owed, candidate_users=users)]


def _release(session: Session, owed: TaskHandover, task: UserTask) -> list[Command]:
    if task.owner not in {None, owed.username}:
        # It was theirs for a while only.
        return [ReturnUserTask(id=f"handover:{owed.id}", actor=owed.actor, key=owed.task_key)]
    unassign = UnassignUserTask(
        id=f"handover:{owed.id}",
        actor=owed.actor,
        key=owed.task_key,
        expected_assignee=owed.username,
    )
    others = [name for name in task.candidate_users if name != owed.username]
    holder = person.find(session, owed.username)
    if task.candidate_groups or others or holder is None:
        return [unassign]
    # Nobody could claim it: it goes to the department of the one who had it.
    return [_update(owed, candidate_groups=[holder.department]), unassign]


def _update(owed: TaskHandover, **changes: list[str]) -> UpdateUserTask:
    identity = f"handover:{owed.id}:candidates"
    return UpdateUserTask(id=identity, actor=owed.actor, key=owed.task_key, changes=changes)


def _tell(session: Session, owed: TaskHandover, at: datetime) -> None:
    """Tell those who may take the task now; once, however often this is tried."""
    task = user_task.find(session, owed.task_key)
    if task is None or task.state != "CREATED":
        return
    if owed.kind == OFFER:
        code, recipients = "user_task_offered", [owed.delegate or ""]
    elif task.assignee is None:
        code = "user_task_returned"
        recipients = [*task.candidate_users, *notices.members(session, task.candidate_groups, at)]
    else:
        return
    notice.put(
        session,
        {task_handover.identity(f"{owed.id}|{who}", task.key): who for who in recipients},
        code=code,
        data={**notices.about(task), "username": owed.username},
        instance_key=task.instance_key,
        at=at,
    )


def _alert(session: Session, found: Absence, waiting: int, at: datetime) -> None:
    absent = person.find(session, found.username)
    group = f"{absent.department}.head" if absent else notices.OPERATORS
    heads = candidate_group.on_hand(session, group, at)
    notice.put(
        session,
        {task_handover.identity(f"{found.id}|{who}", 0): who for who in heads},
        code="user_tasks_unattended",
        data={"username": found.username, "tasks": waiting},
        instance_key=None,
        at=at,
    )
