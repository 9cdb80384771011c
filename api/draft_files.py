"""The files of a draft: read, put, taken out (草稿文件)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.definition_drafts import Editor
from api.deploying import LONGEST_NAME, MAX_FILES, is_file_name
from api.draft_commands import CODES, Conditions, DraftVerb, IfMatch, Work, apply, etag, existing
from api.files import download
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.problem import Problem
from models import definition_draft, draft_file
from models.definition_draft import DefinitionDraft

router = APIRouter(prefix="/api/definition-drafts", tags=["definition drafts"])
FileName = Annotated[str, Path(max_length=LONGEST_NAME, examples=["feedback.bpmn"])]
_BYTES = {"schema": {"type": "string", "format": "binary"}, "example": "bytes"}
_CONTENT = {"content": {"application/octet-stream": _BYTES}}
_BODY: dict[str, Any] = {"requestBody": {"required": True, **_CONTENT}}


async def _sent(request: Request) -> bytes:
    """Return the body as it is: a form is JSON, and must stay byte for byte what was sent."""
    return await request.body()


@router.get(
    "/{draft_id}/files/{name}",
    operation_id="get_draft_file",
    response_class=Response,
    responses={
        **for_staff("fields_invalid", "draft_not_found", "draft_file_not_found"),
        200: _CONTENT,
    },
    dependencies=[Depends(Allowed("definition.read"))],
)
def get_draft_file(draft_id: UUID, name: FileName, means: MeansHere) -> Response:
    """Return a file of a draft."""
    with Session(means.engine) as session:
        draft = existing(session, draft_id)
        content = draft_file.find(session, draft.id, name)
        if content is None:
            raise Problem("draft_file_not_found", name=name)
        return download(content, "application/octet-stream", name, ETag=etag(draft))


@router.put(
    "/{draft_id}/files/{name}",
    status_code=204,
    operation_id="put_draft_file",
    openapi_extra=_BODY,
    responses=for_staff(
        *CODES, "body_too_large", "if_match_missing", "draft_file_name_invalid", "draft_full"
    ),
)
def put_draft_file(
    draft_id: UUID,
    name: FileName,
    caller: Editor,
    means: MeansHere,
    *,
    content: Annotated[bytes, Depends(_sent)],
    if_match: IfMatch = None,
) -> Response:
    """Put a file into a draft; with If-Match, so that nobody's work is overwritten unseen."""

    def work(session: Session, draft: DefinitionDraft) -> None:
        if not is_file_name(name):
            raise Problem("draft_file_name_invalid")
        others = draft_file.names(session, draft.id) - {name}
        if len(others) >= MAX_FILES:
            raise Problem("draft_full", files=MAX_FILES)
        at = means.now()
        definition_draft.put_file(session, draft, name, content, actor=caller.username, at=at)

    return _edit(means, DraftVerb("edit", draft_id, caller, Conditions(if_match)), work)


@router.delete(
    "/{draft_id}/files/{name}",
    status_code=204,
    operation_id="delete_draft_file",
    responses=for_staff(*CODES, "if_match_missing", "draft_file_not_found"),
)
def delete_draft_file(
    draft_id: UUID, name: FileName, caller: Editor, means: MeansHere, if_match: IfMatch = None
) -> Response:
    """Take a file out of a draft."""

    def work(session: Session, draft: DefinitionDraft) -> None:
        if name not in draft_file.names(session, draft.id):
            raise Problem("draft_file_not_found", name=name)
        at = means.now()
        definition_draft.remove_file(session, draft, name, actor=caller.username, at=at)

    return _edit(means, DraftVerb("edit", draft_id, caller, Conditions(if_match)), work)


def _edit(means: Means, verb: DraftVerb, work: Work) -> Response:
    with Session(means.engine) as session, session.begin():
        draft = existing(session, verb.draft_id, lock=True)
        if verb.conditions.if_match is None:
            raise Problem("if_match_missing", revision=draft.revision)
        verb.conditions.check(draft)
        apply(session, means, verb, draft, work)
        return Response(status_code=204, headers={"ETag": etag(draft)})
