"""`/api/feedback-uploads`: customers send files before they tell what happened (受理附件).

`POST` answers a token; files are sent with it in the header `Upload-Token`; the item that is then
told with the token has them. A token is never part of an address, so that no log has it.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.orm import Session

from api.answers import example, problems
from api.arrived_file import ArrivedFile, arrived
from api.attachment_rules import AttachmentRules
from api.attachment_view import rules_of
from api.attachments import FORM
from api.idempotency import Answer, KeyHeader, Once, keyed_digest
from api.incoming_file import IncomingFile
from api.intake_claim import TOKEN, leave
from api.means import Means, MeansHere
from api.problem import Problem
from api.rate_limit import client_address
from models import intake_upload
from models.intake_upload import IntakeFile

router = APIRouter(prefix="/api/feedback-uploads", tags=["feedback"])
Token = Annotated[str, Header(alias="Upload-Token", pattern=TOKEN)]


class Leave(BaseModel):
    """A token, seen this once, and what may be sent with it (上传许可)."""

    token: str = Field(repr=False)
    expires_at: AwareDatetime
    files: int
    file_bytes: int
    bytes: int


class Sent(BaseModel):
    """A file that waits for its item."""

    id: UUID
    media_type: str
    size: int


_LEAVE = {
    "token": "hS3mJ0c1vX7q2nZ8kB5tY4wR9uE6aL1oP0dF3gH7iJk",
    "expires_at": "2024-05-06T04:00:00Z",
    "files": 10,
    "file_bytes": 20_000_000,
    "bytes": 50_000_000,
}
_SENT = {
    "id": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90",
    "media_type": "image/png",
    "size": 182044,
}


def _limit(request: Request, means: MeansHere) -> None:
    """Count who knocks before anything else is read."""
    means.intake_limit.check(client_address(request))


@router.post(
    "",
    status_code=201,
    operation_id="begin_feedback_upload",
    dependencies=[Depends(_limit)],
    responses={
        **problems("rate_limited", "attachments_not_configured"),
        **example(201, _LEAVE),
    },
)
def begin_feedback_upload(means: MeansHere) -> Leave:
    """Answer a token for the files of one item; it ends after two hours, or with the item."""
    rules = _open(means)
    with Session(means.engine) as session, session.begin():
        token, expires_at = intake_upload.begin(session, means.now())
    return Leave(
        token=token,
        expires_at=expires_at,
        files=rules.upload_files,
        file_bytes=_most(rules),
        bytes=rules.upload_bytes,
    )


@router.post(
    "/files",
    status_code=201,
    operation_id="send_feedback_file",
    response_model=Sent,
    openapi_extra=FORM,
    dependencies=[Depends(_limit)],
    responses={
        **problems(
            "rate_limited",
            "attachments_not_configured",
            "fields_invalid",
            "body_malformed",
            "body_too_large",
            "media_type_unsupported",
            "idempotency_key_invalid",
            "idempotency_key_reused",
            "upload_token_invalid",
            "attachment_too_large",
            "attachment_empty",
            "attachment_type_refused",
            "attachment_type_differs",
            "attachments_full",
            "uploads_full",
        ),
        **example(201, _SENT),
    },
)
async def send_feedback_file(
    request: Request, means: MeansHere, token: Token, key: KeyHeader = None
) -> Response:
    """Take the file in the field `file` of a form; it waits for the item of its token."""
    rules = _open(means)
    await to_thread.run_sync(partial(_look, means, token))
    async with arrived(IncomingFile(request), rules.folder, _most(rules)) as came:
        keep = partial(_keep_once, means, token, key, came)
        return (await to_thread.run_sync(keep)).response()


def _open(means: Means) -> AttachmentRules:
    rules = rules_of(means)
    if rules.upload_files == 0:
        raise Problem("attachments_not_configured")
    return rules


def _most(rules: AttachmentRules) -> int:
    return min(rules.file_limit, rules.upload_bytes)


def _look(means: Means, token: str) -> None:
    """Refuse what is refused anyway before the file is read."""
    with Session(means.engine) as session:
        leave(session, token, means.now())
        _check_room(session, rules_of(means), 0)


def _keep_once(means: Means, token: str, key: str | None, came: ArrivedFile) -> Answer:
    digest = keyed_digest(means, f"{came.name}|".encode() + came.sealer.plain_digest)
    sender = keyed_digest(means, b"upload|" + token.encode())
    once = Once(sender, "POST /api/feedback-uploads/files", key, digest, means.now())
    with Session(means.engine) as session, session.begin():
        earlier = once.begin(session)
        if earlier is not None:
            return earlier
        one = keep(session, means, token, came)
        shown = Sent(id=one.id, media_type=one.media_type, size=one.size)
        answer = Answer(201, shown.model_dump(mode="json"))
        once.keep(session, answer)
        return answer


def keep(session: Session, means: Means, token: str, came: ArrivedFile) -> IntakeFile:
    """Keep a file that has arrived until its item is told.

    Raises:
        Problem: `upload_token_invalid`, `attachments_full` or `uploads_full`.
    """
    rules, now = rules_of(means), means.now()
    upload = leave(session, token, now)
    sizes = [one.size for one in intake_upload.files(session, upload)]
    size = came.sealer.size
    if len(sizes) >= rules.upload_files or sum(sizes) + size > rules.upload_bytes:
        raise Problem("attachments_full", files=rules.upload_files, limit=rules.upload_bytes)
    _check_room(session, rules, size)
    one = IntakeFile(
        id=came.id,
        upload_id=upload.id,
        sealed=intake_upload.sealed(token, came.id, key=came.key, name=came.name),
        media_type=came.media_type,
        size=size,
        digest=came.sealer.digest,
        added_at=now,
    )
    session.add(one)
    session.flush()
    # Last, and before the commit: a row without its file would be worse than a file without row.
    came.arriving.keep(rules.folder.path(one.id))
    return one


def _check_room(session: Session, rules: AttachmentRules, more: int) -> None:
    """Refuse what would let strangers fill the disk with files of items that never come."""
    if intake_upload.waiting_bytes(session) + more > rules.waiting_bytes:
        raise Problem("uploads_full")
