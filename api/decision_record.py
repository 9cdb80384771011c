"""`/api/decision-requirements/{key}`: where a file of decisions comes from (决策档案)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from activities.drawings import together
from api.answers import example, for_staff
from api.definition_record import STEPS_EXAMPLE, ZIP, Reader, steps, zipped
from api.draft_view import FileView, StepView, file_view
from api.files import download
from api.keys import PathKey
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from models import (
    access_record,
    decision_definition,
    decision_requirements,
    process_definition,
)
from models.decision_requirements import DecisionRequirements

router = APIRouter(prefix="/api/decision-requirements", tags=["decision requirements"])


class DecisionRecord(BaseModel):
    """A version of a file of decisions: digest, who, when, from which draft.

    `files` are the file and those that it imports; `digest` is over all of them.
    """

    key: str
    requirements_id: str
    name: str
    version: int
    digest: str
    deployed_at: AwareDatetime
    deployed_by: str
    draft_id: UUID | None
    decisions: list[str]
    steps: list[StepView]
    files: list[FileView]


_EXAMPLE: Mapping[str, Any] = {
    "key": "4194304",
    "requirements_id": "limits_definitions",
    "name": "期限",
    "version": 2,
    "digest": "77ab12c9",
    "deployed_at": "2024-05-06T03:00:00Z",
    "deployed_by": "songyi",
    "draft_id": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90",
    "decisions": ["limits"],
    "steps": STEPS_EXAMPLE,
    "files": [{"name": "limits.dmn", "size": 4096, "digest": "77ab12c9"}],
}
_REFUSED = for_staff("fields_invalid", "decision_requirements_not_found")


def existing(session: Session, key: int) -> DecisionRequirements:
    """Return a version of a file of decisions.

    Raises:
        Problem: `decision_requirements_not_found`.
    """
    found = decision_requirements.find(session, key)
    if found is None:
        raise Problem("decision_requirements_not_found", key=str(key))
    return found


def files_of(session: Session, found: DecisionRequirements) -> dict[str, bytes]:
    """Return a file of decisions and what it imports, as they were deployed together."""
    files = process_definition.load_resources(session, found.definition_digest)
    return together(found.resource_name, files)


@router.get(
    "/{key}",
    operation_id="get_decision_record",
    responses={**_REFUSED, **example(200, _EXAMPLE)},
    dependencies=[Depends(Allowed("definition.read"))],
)
def get_decision_record(key: PathKey, means: MeansHere) -> DecisionRecord:
    """Return where a version comes from and what it holds."""
    with Session(means.engine) as session:
        found = existing(session, key)
        held = decision_definition.of_requirements(session, found.key)
        return DecisionRecord(
            key=str(found.key),
            requirements_id=found.requirements_id,
            name=found.name,
            version=found.version,
            digest=found.content_digest,
            deployed_at=found.deployed_at,
            deployed_by=found.deployed_by,
            draft_id=found.draft_id,
            decisions=[one.decision_id for one in held],
            steps=steps(session, found.draft_id),
            files=[file_view(name, one) for name, one in files_of(session, found).items()],
        )


@router.get(
    "/{key}/export",
    operation_id="export_decision_requirements",
    response_class=Response,
    responses={**_REFUSED, 200: {"content": {ZIP: {"example": "bytes"}}}},
)
def export_decision_requirements(key: PathKey, caller: Reader, means: MeansHere) -> Response:
    """Return the file and what it imports as a zip, each byte for byte as it was deployed."""
    with Session(means.engine) as session, session.begin():
        found = existing(session, key)
        files = files_of(session, found)
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="export_decisions",
            subject=str(found.key),
            data={"digest": found.content_digest, "version": found.version},
        )
        stem = found.resource_name.removesuffix(".dmn")
        name = f"{stem}-{found.version}.zip"
        return download(zipped(files), ZIP, name, ETag=f'"{found.content_digest}"')
