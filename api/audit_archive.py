"""`GET /api/audit/{instance}/archive`: the archive of an instance, checked (归档)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.audit_look import ERRORS, Auditor, open_instance
from api.keys import PathKey
from api.means import Means, MeansHere
from api.problem import Problem
from audit.archive_check import Finding, check
from audit.archive_folder import ArchiveFolder, archive_key
from models import archived_instance
from models.archived_instance import ArchivedInstance

router = APIRouter(prefix="/api/audit", tags=["records"])


class ArchiveFinding(BaseModel):
    """What is wrong with an archive: a code, the record (0: none), and the place in it."""

    code: str
    n: int
    place: str


class ArchiveView(BaseModel):
    """An archive file; without findings its digest is right and it says what the tables say.

    `path` is below the archive folder, `digest` the SHA-256 of the file; `histories` is how many
    runs of Temporal's history it holds, 0 where they were gone when it was made.
    """

    instance: str
    path: str
    digest: str
    bytes: int
    records: int
    histories: int
    made_at: AwareDatetime
    findings: list[ArchiveFinding]


_EXAMPLE: dict[str, Any] = {
    "instance": "1048576",
    "path": "2024/05/1048576.bha",
    "digest": "9f2c0a7d4e6b81f35c0a9d27e4b86f1033c5d7a9e1b24f6880d2c4e6fa135790",
    "bytes": 9312,
    "records": 58,
    "histories": 1,
    "made_at": "2024-05-07T18:00:00Z",
    "findings": [],
}


@router.get(
    "/{instance}/archive",
    operation_id="get_archive",
    responses={**for_staff(*ERRORS, "archive_not_found"), **example(200, _EXAMPLE)},
)
def get_archive(instance: PathKey, caller: Auditor, means: MeansHere) -> ArchiveView:
    """Check the newest archive: its digest, its histories, its rules, and the tables beside it."""
    with Session(means.engine) as session, session.begin():
        open_instance(session, means, caller, instance)
        archived = archived_instance.newest(session, instance)
        if archived is None:
            raise Problem("archive_not_found")
        return _view(archived, _findings(session, means, archived))


def _findings(session: Session, means: Means, archived: ArchivedInstance) -> list[Finding]:
    service_key = (means.chosen.secrets_path / "service.key").read_bytes()
    folder = ArchiveFolder(means.chosen.archive_path, archive_key(service_key))
    return check(session, folder, service_key, archived)


def _view(one: ArchivedInstance, findings: list[Finding]) -> ArchiveView:
    return ArchiveView(
        instance=str(one.instance_key),
        path=one.path,
        digest=one.digest,
        bytes=one.bytes,
        records=one.records,
        histories=one.histories,
        made_at=one.made_at,
        findings=[ArchiveFinding(code=f.code, n=f.n, place=f.place) for f in findings],
    )
