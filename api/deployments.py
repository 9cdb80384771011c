"""`POST /v2/deployments`: drawings, decisions and forms, checked and stored as one (部署)."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, File, Request, UploadFile
from sqlalchemy.orm import Session

from activities.linking import linked
from api.answers import example, for_staff
from api.authentication import Caller
from api.deploying import MAX_FILES, REFUSALS, deploy_files, is_file_name
from api.deployment_view import DEPLOYMENT_EXAMPLE, Deployment, shown
from api.findings import worded
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.problem import Problem
from bpmn.deployment import examine

router = APIRouter(prefix="/v2", tags=["deployments"])


def _direct(
    caller: Annotated[Caller, Depends(Allowed("deployment.create"))], means: MeansHere
) -> Caller:
    """Return who deploys without a second pair of eyes, where that is allowed at all.

    Raises:
        Problem: `deployment_needs_approval`.
    """
    if not means.one_pair_of_eyes:
        raise Problem("deployment_needs_approval", drafts="/api/definition-drafts")
    return caller


@router.post(
    "/deployments",
    operation_id="create_deployment",
    response_model_exclude_none=True,
    responses={
        **for_staff(
            "request_invalid",
            "body_malformed",
            "body_too_large",
            "deployment_needs_approval",
            *REFUSALS,
        ),
        **example(200, DEPLOYMENT_EXAMPLE),
    },
)
async def create_deployment(
    caller: Annotated[Caller, Depends(_direct)],
    resources: Annotated[list[UploadFile], File(description="*.bpmn, *.dmn and *.form")],
    request: Request,
    means: MeansHere,
) -> Deployment:
    """Check all files together and store each process with them; nothing of what is refused."""
    files = await read_resources(resources)
    language = request.headers.get("accept-language", "")
    return await to_thread.run_sync(_deploy, means, caller, files, language)


async def read_resources(resources: list[UploadFile]) -> dict[str, bytes]:
    """Return uploaded files by their names.

    Raises:
        Problem: `request_invalid`: too many, a name that is none, or one name twice.
    """
    if len(resources) > MAX_FILES:
        raise Problem("request_invalid", errors=[{"field": "resources", "code": "too_many"}])
    files: dict[str, bytes] = {}
    for one in resources:
        name = (one.filename or "").replace("\\", "/").rpartition("/")[2]
        if name in files or not is_file_name(name):
            raise Problem("request_invalid", errors=[{"field": "resources", "code": "name"}])
        files[name] = await one.read()
    return files


def _deploy(means: Means, caller: Caller, files: dict[str, bytes], language: str) -> Deployment:
    with Session(means.engine) as session, session.begin():
        # Before they are deployed: what they call is linked as it was.
        slight = [one.to_json() for one in examine(linked(session, files))]
        deployment = shown(deploy_files(session, means, caller, files))
    deployment.warnings = worded(slight, language)
    return deployment
