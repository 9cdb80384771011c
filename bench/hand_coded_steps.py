"""The activities of the hand-coded workflow: each writes its rows in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session
from temporalio import activity

from activities import notices
from activities.step import Step
from bench.contracts import (
    COMPLETE_TASK,
    OPEN_TASK,
    STEP,
    CompletionRequest,
    StepRequest,
    TaskRequest,
)
from bpmn.clock import Clock, parse_instant, to_text
from bpmn.records import Kind, Record
from models import audit_record, feedback, user_task
from models.user_task import UserTask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from activities.house import House
    from activities.step import Handler

_CALENDAR = 1
_NAMES = {"accept": "接单", "process": "处理并拟写回复", "second_followup": "二次跟进"}


@dataclass(frozen=True)
class HandCodedSteps:
    """A normal activity a step (一步一活动), around the same functions as the interpreter's."""

    house: House
    handlers: Mapping[str, Handler]

    @activity.defn(name=STEP)
    def step(self, request: StepRequest) -> dict[str, Any]:
        """Do one step, bring the status, and keep one audit row."""
        clock = self._clock()
        with Session(self.house.engine) as session, session.begin():
            variables = self.handlers[request.job_type](
                Step(
                    session,
                    self.house,
                    request.instance_key,
                    request.job_key,
                    request.job_type,
                    request.variables,
                    {},
                    clock,
                    outside=True,
                )
            )
            _bring_status(session, request.instance_key, request.status, clock.now)
            session.flush()
            data = {"variables": variables, "status": request.status}
            done = _record(request.number, Kind.JOB_COMPLETED, clock.now, request.job_type)
            _audit(session, request.instance_key, done, request.job_key, data)
        return variables

    @activity.defn(name=OPEN_TASK)
    def open_task(self, request: TaskRequest) -> None:
        """Put a task before people and tell them."""
        clock = self._clock()
        task = UserTask(
            key=request.key,
            instance_key=request.instance_key,
            process_id="hand_coded",
            definition_digest="hand_coded",
            element_id=request.element,
            element_instance_key=request.key,
            name=_NAMES[request.element],
            assignee=request.assignee,
            candidate_groups=request.groups,
            due_date=_due(clock, request.due),
            form_id=request.element,
            feedback_number=request.feedback_number,
            created_at=clock.now,
        )
        created = _record(request.number, Kind.USER_TASK_CREATED, clock.now, request.element)
        with Session(self.house.engine) as session, session.begin():
            user_task.create(session, [task])
            _bring_status(session, request.instance_key, request.status, clock.now)
            session.flush()
            notices.new_task(session, self.house, task, created)
            data = {"assignee": request.assignee, "status": request.status}
            _audit(session, request.instance_key, created, request.key, data)

    @activity.defn(name=COMPLETE_TASK)
    def complete_task(self, request: CompletionRequest) -> None:
        """Note that a task is done and by whom."""
        now, done = datetime.now(UTC), request.completion
        record = _record(request.number, Kind.USER_TASK_COMPLETED, now, "")
        with Session(self.house.engine) as session, session.begin():
            user_task.end(session, [done.key], "COMPLETED", now)
            data = {"variables": done.variables, "by": done.actor}
            _audit(session, request.instance_key, record, done.key, data)

    def _clock(self) -> Clock:
        return Clock(datetime.now(UTC), self.house.calendar(_CALENDAR), self.house.time_scale)


def _due(clock: Clock, text: str) -> datetime | None:
    if not text:
        return None
    return clock.after(clock.now, text) if text.startswith("P") else parse_instant(text)


def _bring_status(session: Session, key: int, status: str, at: datetime) -> None:
    item = feedback.find(session, key) if status else None
    if item is not None:
        feedback.advance_status(item, status, at)


def _record(number: int, kind: Kind, at: datetime, element: str) -> Record:
    return Record(number, kind, to_text(at), element)


def _audit(session: Session, instance: int, record: Record, key: int, data: dict[str, Any]) -> None:
    audit_record.append(session, instance, [record.to_json() | {"key": key, "data": data}])
