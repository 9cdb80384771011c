"""`/api/process-definitions/{key}`: where a version comes from, and its files (定义档案)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.draft_view import FileView, StepView, file_view
from api.files import download
from api.keys import PathKey
from api.means import MeansHere
from api.permissions import Allowed
from api.process_definition_view import existing
from models import access_record, draft_step, process_definition, process_statistics

router = APIRouter(prefix="/api/process-definitions", tags=["process definitions"])
Reader = Annotated[Caller, Depends(Allowed("definition.read"))]
ZIP = "application/zip"
# The earliest that the format knows: a zip of the same files is the same zip, whenever it is made.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16
_EDITS = frozenset({"create", "edit"})


class Instances(BaseModel):
    """How many instances the version has; those with incidents are active too."""

    active: int
    with_incident: int
    completed: int
    terminated: int


class DefinitionRecord(BaseModel):
    """A version of a process: digest, who, when, from which draft, and what runs on it."""

    key: str
    process: str
    version: int
    name: str
    digest: str
    bundle: str
    calendar_version: int
    deployed_at: AwareDatetime
    deployed_by: str
    draft_id: UUID | None
    steps: list[StepView]
    files: list[FileView]
    instances: Instances


STEPS_EXAMPLE: Sequence[Mapping[str, Any]] = [
    {
        "number": 4,
        "at": "2024-05-06T02:30:00Z",
        "actor": "tianmin",
        "step": "approve",
        "digest": "9f2c0a7d",
        "note": "同意",
        "data": {},
    }
]
_EXAMPLE: Mapping[str, Any] = {
    "key": "2097152",
    "process": "feedback",
    "version": 2,
    "name": "客户反馈闭环",
    "digest": "1f3a90cc",
    "bundle": "9f2c0a7d",
    "calendar_version": 1,
    "deployed_at": "2024-05-06T03:00:00Z",
    "deployed_by": "songyi",
    "draft_id": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90",
    "steps": STEPS_EXAMPLE,
    "files": [{"name": "limits.dmn", "size": 4096, "digest": "77ab12c9"}],
    "instances": {"active": 12, "with_incident": 1, "completed": 340, "terminated": 2},
}


@router.get(
    "/{key}",
    operation_id="get_definition_record",
    responses={
        **for_staff("fields_invalid", "process_definition_not_found"),
        **example(200, _EXAMPLE),
    },
    dependencies=[Depends(Allowed("definition.read"))],
)
def get_definition_record(key: PathKey, means: MeansHere) -> DefinitionRecord:
    """Return where a version comes from and how many instances run on it."""
    with Session(means.engine) as session:
        found = existing(session, key)
        files = process_definition.load_resources(session, found.digest)
        counts = process_statistics.instances(session, [found.digest])[found.digest]
        return DefinitionRecord(
            **found.model_dump(include=_TOLD),
            key=str(found.key),
            process=found.process_id,
            steps=steps(session, found.draft_id),
            files=[file_view(name, content) for name, content in files.items()],
            instances=Instances(**asdict(counts)),
        )


@router.get(
    "/{key}/export",
    operation_id="export_process_definition",
    response_class=Response,
    responses={
        **for_staff("fields_invalid", "process_definition_not_found"),
        200: {"content": {ZIP: {"example": "bytes"}}},
    },
)
def export_process_definition(key: PathKey, caller: Reader, means: MeansHere) -> Response:
    """Return all files of a version as a zip, each byte for byte as it was deployed."""
    with Session(means.engine) as session, session.begin():
        found = existing(session, key)
        files = process_definition.load_resources(session, found.digest)
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="export_definition",
            subject=str(found.key),
            data={"digest": found.digest, "version": found.version},
        )
        name = f"{found.process_id}-{found.version}.zip"
        return download(zipped(files), ZIP, name, ETag=f'"{found.bundle}"')


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of files; the same files make the same bytes on every machine."""
    made = io.BytesIO()
    # Stored, not deflated: the bytes of deflate depend on the library's version.
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system, entry.external_attr = 3, _READABLE
            archive.writestr(entry, files[name])
    return made.getvalue()


_TOLD = {
    "version",
    "name",
    "digest",
    "bundle",
    "calendar_version",
    "deployed_at",
    "deployed_by",
    "draft_id",
}


def steps(session: Session, draft_id: UUID | None) -> list[StepView]:
    """Return how a draft was approved, without every edit of it."""
    if draft_id is None:
        return []
    told = [one for one in draft_step.read(session, draft_id) if one.step not in _EDITS]
    return [StepView.model_validate(one.model_dump()) for one in told]
