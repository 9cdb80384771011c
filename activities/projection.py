"""Records -> the tables people search: user tasks, incidents, instances, feedback (读模型)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from activities import notices
from activities.project_clocks import ClockProjection
from activities.project_elements import ElementProjection
from activities.project_live import LiveProjection
from activities.project_owner import OwnerProjection
from activities.project_subscriptions import SubscriptionProjection
from activities.project_verbs import VerbProjection
from activities.standing_in import StandingIn
from bpmn.clock import parse_instant
from bpmn.expressions import IncidentError
from bpmn.records import Kind, Record
from models import feedback, process_instance, user_task_draft
from models.incident import Incident
from models.user_task import UserTask

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from activities.house import House
    from bpmn.run import Run
    from models.feedback import Feedback

_UPDATABLE = ("candidate_groups", "candidate_users", "priority")
_DATES = ("due_date", "follow_up_date")


class Projection:
    """Follows a run: each record once, in order, in the run's own transaction."""

    def __init__(self, session: Session, house: House, run: Run) -> None:
        self._session = session
        self._house = house
        self._run = run
        self._seen = 0
        self._feedback: Feedback | None = None
        self._changes: dict[str, Any] = {}
        self._elements = ElementProjection(run.state.key)
        self._live = LiveProjection(session, run.state.key)
        self._subscriptions = SubscriptionProjection(run)
        self._clocks = ClockProjection(run)
        self._owner = OwnerProjection(session, run)
        self._standing_in = StandingIn(session, house, run)
        self._verbs = VerbProjection(session, house, self._standing_in)

    def catch_up(self) -> None:
        """Project the records that have come since the last time."""
        while self._seen < len(self._run.records):
            record = self._run.records[self._seen]
            self._seen += 1
            self._elements.follow(record)
            self._live.follow(record)
            self._subscriptions.follow(record)
            self._clocks.follow(record)
            self._verbs.follow(record)
            if (project := _PROJECTORS.get(record.kind)) is not None:
                project(self, record)
            self._owner.follow(record)
        self._clocks.write(self._session)

    def finish(self) -> None:
        """Write what belongs to the instance as a whole."""
        self.catch_up()
        state = self._run.state
        self._changes["last_number"] = state.number
        self._changes["has_incident"] = bool(state.incidents)
        self._session.flush()
        self._elements.write(self._session)
        process_instance.advance(self._session, state.key, **self._changes)
        self._subscriptions.write(self._session)
        self._live.write()

    def _item(self) -> Feedback | None:
        if self._feedback is None:
            self._feedback = feedback.find(self._session, self._run.state.key)
        return self._feedback

    def _created(self, record: Record) -> None:
        process_instance.create(
            self._session,
            key=record.key,
            digest=record.data["definition"],
            process_id=record.data["process"],
            started_at=_at(record),
        )

    def _ended(self, record: Record) -> None:
        done = record.kind is Kind.INSTANCE_COMPLETED
        self._changes |= {"state": "COMPLETED" if done else "TERMINATED", "ended_at": _at(record)}

    def _status(self, record: Record) -> None:
        item = self._item() if record.data.get("status") else None
        if item is None:
            return
        try:
            feedback.advance_status(item, record.data["status"], _at(record))
        except feedback.IllegalTransitionError as error:
            self._refuse_status(record, error)

    def _refuse_status(self, record: Record, error: feedback.IllegalTransitionError) -> None:
        """Tell an operator: the drawing asks for a step that the status machine does not know."""
        host = self._run.state.elements.get(record.key)
        if host is not None:
            found = IncidentError("status_illegal", source=error.source, target=error.target)
            self._run.incident(host, found, "status")

    def _task_created(self, record: Record) -> None:
        data, item = record.data, self._item()
        task = UserTask(
            key=record.key,
            instance_key=self._run.state.key,
            process_id=data["process"],
            definition_digest=self._run.state.definition,
            element_id=record.element,
            element_instance_key=data["host"],
            name=data["name"],
            assignee=data.get("assignee"),
            candidate_groups=data.get("candidate_groups", []),
            candidate_users=data.get("candidate_users", []),
            due_date=_instant(data.get("due_date")),
            follow_up_date=_instant(data.get("follow_up_date")),
            priority=data["priority"],
            form_id=data.get("form"),
            feedback_number=item.number if item else None,
            created_at=_at(record),
            signs=data.get("signs"),
            position=data.get("position"),
        )
        self._session.add(task)
        if self._standing_in.redirect(task, record) or self._verbs.created(task, record):
            return
        notices.new_task(self._session, self._house, task, record)

    def _task(self, record: Record) -> UserTask | None:
        return self._session.get(UserTask, record.key)

    def _task_assigned(self, record: Record) -> None:
        if (task := self._task(record)) is not None:
            before, task.assignee = task.assignee, record.data["assignee"]
            task.owner = None
            task.revision += 1
            if before and not task.assignee:
                self._standing_in.given_back(task, record, before)
                return
            if self._standing_in.redirect(task, record, even_absent=False):
                return
            if task.assignee and task.assignee != record.data.get("by"):
                notices.new_task(self._session, self._house, task, record)

    def _task_updated(self, record: Record) -> None:
        if (task := self._task(record)) is not None:
            changes = record.data["changes"]
            for name in (n for n in _UPDATABLE if n in changes):
                setattr(task, name, changes[name])
            for name in (n for n in _DATES if n in changes):
                setattr(task, name, _instant(changes[name]))
            task.revision += 1

    def _task_ended(self, record: Record) -> None:
        if (task := self._task(record)) is not None:
            done = record.kind is Kind.USER_TASK_COMPLETED
            task.state = "COMPLETED" if done else "CANCELED"
            task.completed_at = _at(record)
            task.revision += 1
            user_task_draft.end(self._session, task.key)

    def _incident_created(self, record: Record) -> None:
        data = record.data
        found = Incident(
            key=record.key,
            instance_key=self._run.state.key,
            element_id=record.element,
            element_instance_key=data["host"],
            job_key=data.get("job") or None,
            code=data["code"],
            data=data.get("details", {}),
            created_at=_at(record),
        )
        self._session.add(found)
        notices.incident(self._session, self._house, found, record)

    def _incident_resolved(self, record: Record) -> None:
        if (found := self._session.get(Incident, record.key)) is not None:
            found.state, found.resolved_at = "RESOLVED", _at(record)


def _at(record: Record) -> datetime:
    return datetime.fromisoformat(record.at)


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


_PROJECTORS: dict[Kind, Callable[[Projection, Record], None]] = {
    Kind.INSTANCE_CREATED: Projection._created,  # noqa: SLF001 (the class's own table)
    Kind.INSTANCE_COMPLETED: Projection._ended,  # noqa: SLF001
    Kind.INSTANCE_CANCELED: Projection._ended,  # noqa: SLF001
    Kind.ELEMENT_ACTIVATED: Projection._status,  # noqa: SLF001
    Kind.INSTANCE_MODIFIED: Projection._status,  # noqa: SLF001
    Kind.USER_TASK_CREATED: Projection._task_created,  # noqa: SLF001
    Kind.USER_TASK_ASSIGNED: Projection._task_assigned,  # noqa: SLF001
    Kind.USER_TASK_UPDATED: Projection._task_updated,  # noqa: SLF001
    Kind.USER_TASK_COMPLETED: Projection._task_ended,  # noqa: SLF001
    Kind.USER_TASK_CANCELED: Projection._task_ended,  # noqa: SLF001
    Kind.INCIDENT_CREATED: Projection._incident_created,  # noqa: SLF001
    Kind.INCIDENT_RESOLVED: Projection._incident_resolved,  # noqa: SLF001
}
