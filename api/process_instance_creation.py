"""`POST /v2/process-instances`: a process is begun by its definition (启动流程)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Response
from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.registry import FEEDBACK_STEPS
from api.answers import example, for_staff
from api.authentication import Caller
from api.completion_wait import completed
from api.conditions import WholeNumber, Word
from api.given_variables import check_variables
from api.idempotency import Answer, KeyHeader, Once, in_transaction, once
from api.keys import Key
from api.means import Means, MeansHere
from api.paging import Shape
from api.permissions import Allowed
from api.problem import FieldError, Problem
from api.user_task_view import TENANT
from bpmn.commands import CreateInstance
from bpmn.model import Definition, Process
from models import access_record, process_definition, process_instance, start_request
from models.process_definition import ProcessDefinition

router = APIRouter(prefix="/v2/process-instances", tags=["process instances"])
START = "start"
LATEST = -1
PATIENCE = 10.0


class StartInstruction(Shape):
    """Where to begin: an element directly in the process."""

    element_id: Word


class NewInstance(Shape):
    """Which process, by key or by id and version (by default the newest), and its variables."""

    process_definition_key: Key | None = None
    process_definition_id: Word | None = None
    process_definition_version: WholeNumber = LATEST
    variables: dict[str, Any] = Field(default_factory=dict)
    start_instructions: Annotated[list[StartInstruction], Field(max_length=1)] = Field(
        default_factory=list
    )
    tenant_id: Literal["<default>"] = "<default>"
    await_completion: bool = False
    fetch_variables: Annotated[list[Word], Field(max_length=100)] = Field(default_factory=list)
    # Milliseconds; 0 for ours.
    request_timeout: Annotated[int, Field(ge=0, le=60_000)] = 0
    # What cannot be done is refused instead of ignored.
    runtime_instructions: Annotated[list[Any], Field(max_length=0)] = Field(default_factory=list)
    tags: Annotated[list[Any], Field(max_length=0)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.process_definition_key is None) == (self.process_definition_id is None):
            raise FieldError("key_or_id")
        return self


class CreatedInstance(Shape):
    """The instance that will run; it has its variables if its completion was awaited."""

    process_instance_key: str
    process_definition_id: str
    process_definition_version: int
    process_definition_key: str
    tenant_id: str = TENANT
    variables: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)


_EXAMPLE = {
    "processInstanceKey": "1048576",
    "processDefinitionId": "keyword_review",
    "processDefinitionVersion": 1,
    "processDefinitionKey": "2097152",
    "tenantId": TENANT,
    "variables": {},
    "tags": [],
}


@router.post(
    "",
    operation_id="create_process_instance",
    response_model=CreatedInstance,
    responses={
        **for_staff(
            "body_malformed",
            "request_invalid",
            "body_too_large",
            "variables_invalid",
            "idempotency_key_invalid",
            "idempotency_key_reused",
            "process_definition_not_found",
            "process_needs_feedback",
            "start_event_missing",
            "element_not_found",
            "process_instance_not_completed",
            "process_instance_canceled",
        ),
        **example(200, _EXAMPLE),
    },
)
async def create_process_instance(
    asked: NewInstance,
    caller: Annotated[Caller, Depends(Allowed("process_instance.create"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Store the start of an instance; it begins at once when worker and Temporal are there.

    Processes that work on a feedback item begin with the item: `POST /api/feedback`. Whoever
    awaits the completion gets the variables; when it takes too long the instance goes on.
    """
    check_variables(asked.variables)
    handle = once(means, caller.username, "POST /v2/process-instances", key, asked)

    def store(session: Session) -> Answer:
        if (earlier := handle.begin(session)) is not None:
            return earlier
        created = _create(session, means, caller, asked, handle)
        answer = Answer(200, created.model_dump(mode="json", by_alias=True))
        handle.keep(session, answer)
        return answer

    answer = await in_transaction(means, store)
    if not asked.await_completion:
        return answer.response()
    patience = asked.request_timeout / 1000 or PATIENCE
    instance_key = int(answer.content["processInstanceKey"])
    variables = await completed(means, instance_key, asked.fetch_variables, patience)
    return replace(answer, content=answer.content | {"variables": variables}).response()


def _create(
    session: Session, means: Means, caller: Caller, asked: NewInstance, handle: Once
) -> CreatedInstance:
    found = _definition(session, asked)
    start = asked.start_instructions[0].element_id if asked.start_instructions else ""
    _check_starts(means.definitions.get(found.digest), found.process_id, start)
    key = process_instance.next_key(session)
    command = CreateInstance(
        id=START,
        actor=caller.username,
        definition=found.digest,
        process=found.process_id,
        variables=asked.variables,
        calendar=found.calendar_version,
        start=start,
    )
    start_request.add(
        session,
        instance_key=key,
        workflow_id=process_instance.workflow_id(key),
        payload=command.to_json(),
        at=handle.at,
    )
    access_record.append(
        session,
        at=handle.at,
        actor=caller.username,
        action="start_process",
        subject=str(key),
        data={"process": found.process_id, "version": found.version, "element": start},
    )
    return CreatedInstance(
        process_instance_key=str(key),
        process_definition_id=found.process_id,
        process_definition_version=found.version,
        process_definition_key=str(found.key),
    )


def _definition(session: Session, asked: NewInstance) -> ProcessDefinition:
    if asked.process_definition_key is not None:
        found = process_definition.by_key(session, asked.process_definition_key)
    elif asked.process_definition_version == LATEST:
        found = process_definition.latest(session, asked.process_definition_id or "")
    else:
        own = select(ProcessDefinition).where(
            col(ProcessDefinition.process_id) == asked.process_definition_id,
            col(ProcessDefinition.version) == asked.process_definition_version,
        )
        found = session.scalars(own).first()
    if found is None or not found.active:
        named = str(asked.process_definition_key or asked.process_definition_id)
        raise Problem("process_definition_not_found", key=named)
    return found


def _check_starts(definition: Definition, process_id: str, start: str) -> None:
    """Refuse at once what the engine could only refuse when nobody waits any more."""
    process = definition.processes[process_id]
    if FEEDBACK_STEPS.keys() & set(_job_types(definition, process, set())):
        raise Problem("process_needs_feedback", process=process_id)
    if start:
        element = process.elements.get(start)
        if element is None or element.scope != process_id or element.kind in _NOT_BEGUN:
            raise Problem("element_not_found", element=start)
    elif process.none_start(process_id) is None:
        raise Problem("start_event_missing", process=process_id)


_NOT_BEGUN = ("boundaryEvent", "eventSubProcess")


def _job_types(definition: Definition, process: Process, known: set[str]) -> Iterator[str]:
    """Yield the types of the steps of a process and of those that it calls."""
    known.add(process.id)
    for element in process.elements.values():
        if element.task is not None:
            yield element.task.type
        called = definition.processes.get(element.call.target) if element.call else None
        if called is not None and called.id not in known:
            yield from _job_types(definition, called, known)
