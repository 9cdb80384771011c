"""User tasks as Camunda 8 shows them (用户任务视图)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.means import Means
from api.paging import Page, Shape
from api.problem import Problem
from models import form_definition, user_task
from models.form_definition import FormDefinition
from models.process_definition import ProcessDefinition
from models.user_task import UserTask

TENANT = "<default>"


class UserTaskView(Shape):
    """A user task in the shape of Camunda 8.8; from `feedbackNumber` on it is ours.

    `formKey` is the key of the form's version, as deployed with the process; `formId` its id.
    `owner` gets a delegated task back; `signs` is the task that a signer's one belongs to.
    """

    user_task_key: str
    element_instance_key: str
    process_instance_key: str
    process_definition_key: str
    form_key: str | None = None
    name: str
    state: str
    assignee: str | None = None
    element_id: str
    candidate_groups: list[str]
    candidate_users: list[str]
    process_definition_id: str
    process_definition_version: int
    process_name: str | None = None
    creation_date: datetime
    completion_date: datetime | None = None
    follow_up_date: datetime | None = None
    due_date: datetime | None = None
    tenant_id: str = TENANT
    external_form_reference: str | None = None
    custom_headers: dict[str, str] = Field(default_factory=dict)
    priority: int
    form_id: str | None = None
    feedback_number: str | None = None
    owner: str | None = None
    signs: str | None = None
    position: str | None = None


class UserTaskPage(Shape):
    """A page of user tasks."""

    items: list[UserTaskView]
    page: Page


EXAMPLE: Mapping[str, Any] = {
    "userTaskKey": "1048590",
    "elementInstanceKey": "1048588",
    "processInstanceKey": "1048576",
    "processDefinitionKey": "2097152",
    "formKey": "6291456",
    "name": "接单",
    "state": "CREATED",
    "assignee": None,
    "elementId": "accept",
    "candidateGroups": ["technical"],
    "candidateUsers": [],
    "processDefinitionId": "feedback",
    "processDefinitionVersion": 1,
    "processName": "客户反馈闭环",
    "creationDate": "2024-05-06T02:00:02Z",
    "completionDate": None,
    "followUpDate": None,
    "dueDate": "2024-05-06T04:00:02Z",
    "tenantId": TENANT,
    "externalFormReference": None,
    "customHeaders": {},
    "priority": 50,
    "formId": "accept",
    "feedbackNumber": "202405-001",
    "owner": None,
    "signs": None,
    "position": None,
}


def existing(session: Session, key: int) -> UserTask:
    """Return a task.

    Raises:
        Problem: `user_task_not_found`.
    """
    task = user_task.find(session, key)
    if task is None:
        raise Problem("user_task_not_found", key=str(key))
    return task


def views(means: Means, session: Session, tasks: Iterable[UserTask]) -> list[UserTaskView]:
    """Return tasks as they are shown."""
    shown = list(tasks)
    digests = {task.definition_digest for task in shown}
    known = select(ProcessDefinition).where(col(ProcessDefinition.digest).in_(digests))
    with_form = [task for task in shown if task.form_id is not None]
    definitions = {found.digest: found for found in session.scalars(known)}
    forms = form_definition.of_definitions(session, {one.definition_digest for one in with_form})
    return [
        _view(
            means,
            task,
            definitions.get(task.definition_digest),
            forms.get((task.definition_digest, task.form_id or "")),
        )
        for task in shown
    ]


def _view(
    means: Means,
    task: UserTask,
    definition: ProcessDefinition | None,
    form: FormDefinition | None,
) -> UserTaskView:
    return UserTaskView(
        user_task_key=str(task.key),
        element_instance_key=str(task.element_instance_key),
        process_instance_key=str(task.instance_key),
        process_definition_key=str(definition.key) if definition else "0",
        form_key=str(form.key) if form else None,
        name=task.name,
        state=task.state,
        assignee=task.assignee,
        element_id=task.element_id,
        candidate_groups=task.candidate_groups,
        candidate_users=task.candidate_users,
        process_definition_id=task.process_id,
        process_definition_version=definition.version if definition else 0,
        process_name=_process_name(means, task) if definition else None,
        creation_date=task.created_at,
        completion_date=task.completed_at,
        follow_up_date=task.follow_up_date,
        due_date=task.due_date,
        priority=task.priority,
        form_id=task.form_id,
        feedback_number=task.feedback_number,
        owner=task.owner,
        signs=str(task.signs) if task.signs is not None else None,
        position=task.position,
    )


def _process_name(means: Means, task: UserTask) -> str | None:
    drawing = means.definitions.get(task.definition_digest).processes.get(task.process_id)
    return drawing.name if drawing else None
