"""A task given to somebody who is away or gone: others get it, and never nobody (代办)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities import notices
from bpmn.clock import parse_instant
from bpmn.records import Kind
from models import absence, candidate_group, task_handover
from models.person import Person

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from activities.house import House
    from bpmn.records import Record
    from bpmn.run import Run
    from models.user_task import UserTask

ABSENT, LEFT = "absent", "left"


class StandingIn:
    """Looks at whom a run gives its tasks."""

    def __init__(self, session: Session, house: House, run: Run) -> None:
        self._session = session
        self._house = house
        self._run = run

    def redirect(self, task: UserTask, record: Record, *, even_absent: bool = True) -> bool:
        """Give a task on whose assignee cannot do it; return whether that was so.

        The delegate gets it; without one it goes to the queue, and the head is alerted. It is
        recorded like any other assignment, in the same batch.

        Args:
            task: as the record has made it.
            record: what gave it to the assignee.
            even_absent: False where a person gave it, who may know better.
        """
        if not task.assignee:
            return False
        task_handover.keep_giving(self._session, task.assignee)
        # As it is now that nobody changes it, not as a step may have seen it before.
        holder = self._session.get(Person, task.assignee, populate_existing=True)
        if holder is None:
            return False
        if not holder.active:
            self._queue(task, record, holder, LEFT)
            return True
        at = parse_instant(record.at)
        away = absence.absent(self._session, [holder.username], at) if even_absent else {}
        if holder.username not in away:
            return False
        delegate = away[holder.username]
        if delegate is None:
            self._queue(task, record, holder, ABSENT)
        else:
            self._assign(task, holder, delegate, ABSENT)
        return True

    def given_back(self, task: UserTask, record: Record, username: str) -> None:
        """Give a task that only its assignee could take to their department, and tell it there."""
        others = [name for name in task.candidate_users if name != username]
        if task.candidate_groups or others or record.data.get("because"):
            return
        holder = self._session.get(Person, username)
        if holder is None:
            return
        groups = self._open_to(task, holder)
        at = parse_instant(record.at)
        notices.put(
            self._session,
            self._house,
            code="user_task_returned",
            recipients=notices.members(self._session, groups, at)
            or notices.members(self._session, [notices.DUTY_MANAGERS], at),
            instance_key=task.instance_key,
            cause=record.number,
            at=at,
            data={**notices.about(task), "username": username},
        )

    def _open_to(self, task: UserTask, holder: Person) -> list[str]:
        """Let the department of whoever had a task take it."""
        changes = {"candidate_groups": [holder.department]}
        self._run.emit(Kind.USER_TASK_UPDATED, task.element_id, task.key, changes=changes)
        return changes["candidate_groups"]

    def _assign(self, task: UserTask, holder: Person, assignee: str | None, why: str) -> None:
        given = {"assignee": assignee, "before": holder.username, "because": why}
        self._run.emit(Kind.USER_TASK_ASSIGNED, task.element_id, task.key, **given)

    def _queue(self, task: UserTask, record: Record, holder: Person, why: str) -> None:
        self._assign(task, holder, None, why)
        groups = list(task.candidate_groups)
        if not groups and not task.candidate_users:
            groups = self._open_to(task, holder)
        at = parse_instant(record.at)
        queue = notices.members(self._session, groups, at)
        notices.put(
            self._session,
            self._house,
            code="user_task_unattended",
            recipients=dict.fromkeys(
                [
                    *candidate_group.on_hand(self._session, f"{holder.department}.head", at),
                    *task.candidate_users,
                    *queue,
                ]
            ),
            instance_key=task.instance_key,
            cause=record.number,
            at=at,
            data={**notices.about(task), "because": why},
        )
