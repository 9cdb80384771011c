"""`POST /v2/deployments`: drawings, decisions and forms, checked and stored as one (部署)."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, File, UploadFile
from pydantic import Field
from sqlalchemy.orm import Session

from activities.status_walk import illegal_steps
from api.answers import example, for_staff
from api.authentication import Caller
from api.means import Means, MeansHere
from api.paging import Shape
from api.permissions import Allowed
from api.problem import Problem
from api.user_task_view import TENANT
from bpmn.deployment import DeploymentError, check
from bpmn.model import Definition
from models import access_record, calendar_version, process_definition
from models.process_definition import ProcessDefinition

router = APIRouter(prefix="/v2", tags=["deployments"])
MAX_FILES = 100
_LONGEST_NAME = 200


class DeployedProcess(Shape):
    """A process and its new version."""

    process_definition_id: str
    process_definition_version: int
    process_definition_key: str
    resource_name: str
    tenant_id: str = TENANT


class DeployedDecision(Shape):
    """A decision deployed with its processes."""

    decision_definition_id: str
    tenant_id: str = TENANT


class DeployedForm(Shape):
    """A form deployed with its processes."""

    form_id: str
    tenant_id: str = TENANT


class Deployed(Shape):
    """One part of what was deployed; exactly one member is there."""

    process_definition: DeployedProcess | None = None
    decision_definition: DeployedDecision | None = None
    form: DeployedForm | None = None


class Deployment(Shape):
    """What was deployed (部署结果)."""

    deployment_key: str
    tenant_id: str = TENANT
    deployments: list[Deployed] = Field(default_factory=list)


_EXAMPLE = {
    "deploymentKey": "3145728",
    "tenantId": TENANT,
    "deployments": [
        {
            "processDefinition": {
                "processDefinitionId": "feedback",
                "processDefinitionVersion": 2,
                "processDefinitionKey": "3145728",
                "resourceName": "feedback.bpmn",
                "tenantId": TENANT,
            }
        },
        {"form": {"formId": "accept", "tenantId": TENANT}},
    ],
}


@router.post(
    "/deployments",
    operation_id="create_deployment",
    response_model_exclude_none=True,
    responses={
        **for_staff(
            "request_invalid",
            "body_malformed",
            "body_too_large",
            "deployment_empty",
            "deployment_invalid",
        ),
        **example(200, _EXAMPLE),
    },
)
async def create_deployment(
    resources: Annotated[list[UploadFile], File(description="*.bpmn, *.dmn and *.form")],
    caller: Annotated[Caller, Depends(Allowed("deployment.create"))],
    means: MeansHere,
) -> Deployment:
    """Check all files together and store each process with them; nothing of what is refused."""
    files = await _read(resources)
    return await to_thread.run_sync(_deploy, means, caller, files)


async def _read(resources: list[UploadFile]) -> dict[str, bytes]:
    if len(resources) > MAX_FILES:
        raise Problem("request_invalid", errors=[{"field": "resources", "code": "too_many"}])
    files: dict[str, bytes] = {}
    for one in resources:
        name = (one.filename or "").replace("\\", "/").rpartition("/")[2]
        if not name or len(name) > _LONGEST_NAME or name in files or not name.isprintable():
            raise Problem("request_invalid", errors=[{"field": "resources", "code": "name"}])
        files[name] = await one.read()
    return files


def _deploy(means: Means, caller: Caller, files: dict[str, bytes]) -> Deployment:
    try:
        definition = check("", files)
    except DeploymentError as error:
        raise Problem("deployment_invalid", problems=error.problems) from None
    if not definition.processes:
        raise Problem("deployment_empty")
    if illegal := illegal_steps(definition):
        raise Problem("deployment_invalid", problems=illegal)
    with Session(means.engine) as session, session.begin():
        version = calendar_version.latest(session) or 1
        stored = [
            process_definition.store(
                session,
                files,
                process_id=process_id,
                calendar_version=version,
                deployed_at=means.now(),
                deployed_by=caller.username,
            )
            for process_id in definition.processes
        ]
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="deploy",
            data={"definitions": [_summary(one) for one in stored]},
        )
        return _answer(definition, stored, files)


def _summary(one: ProcessDefinition) -> dict[str, Any]:
    return {"process": one.process_id, "version": one.version, "digest": one.digest}


def _answer(
    definition: Definition, stored: list[ProcessDefinition], files: dict[str, bytes]
) -> Deployment:
    parts = [Deployed(process_definition=_process(one, files)) for one in stored]
    parts += [
        Deployed(decision_definition=DeployedDecision(decision_definition_id=name))
        for name in definition.decisions
    ]
    parts += [Deployed(form=DeployedForm(form_id=name)) for name in definition.forms]
    return Deployment(deployment_key=str(stored[0].key), deployments=parts)


def _process(one: ProcessDefinition, files: dict[str, bytes]) -> DeployedProcess:
    return DeployedProcess(
        process_definition_id=one.process_id,
        process_definition_version=one.version,
        process_definition_key=str(one.key),
        resource_name=_resource(one.process_id, files),
    )


def _resource(process_id: str, files: dict[str, bytes]) -> str:
    """Return the drawing that holds a process: the one that names its id."""
    marks = (f'id="{process_id}"'.encode(), f"id='{process_id}'".encode())
    drawings = [name for name in files if name.endswith(".bpmn")]
    holding = [name for name in drawings if any(mark in files[name] for mark in marks)]
    return (holding or drawings)[0]
