"""`/api/definition-drafts`: what process owners prepare before it runs (流程草稿)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from activities.drawings import graphs
from activities.linking import own_files
from api import decision_record
from api.answers import example, for_staff
from api.authentication import Caller
from api.draft_commands import etag, existing, record
from api.draft_view import DETAIL_EXAMPLE, EXAMPLE, DraftDetail, DraftView, detail, views
from api.idempotency import Answer, KeyHeader, once
from api.keys import Key
from api.means import Means, MeansHere
from api.paging import MAX_OFFSET, from_cursor, to_cursor
from api.permissions import Allowed
from api.problem import FieldError, Problem
from api.texts import Line
from models import definition_draft, process_definition
from models.definition_draft import DECISIONS, DefinitionDraft

router = APIRouter(prefix="/api/definition-drafts", tags=["definition drafts"])
Editor = Annotated[Caller, Depends(Allowed("definition.edit"))]
Reader = Annotated[Caller, Depends(Allowed("definition.read"))]
State = Literal["draft", "submitted", "approved", "deployed", "rejected", "withdrawn"]


def _place(cursor: object) -> object:
    if isinstance(cursor, str):
        _offset(cursor)
    return cursor


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    place = from_cursor(cursor)
    if not isinstance(place, int) or not 0 <= place <= MAX_OFFSET:
        raise FieldError("cursor_invalid")
    return place


class NewDraft(BaseModel):
    """A title, and the deployed version to begin with; without one the draft is empty.

    It is that of a process, or that of a file of decisions with what this imports.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"title": "接单时限改为一小时", "process_definition_key": "2097152"}]
        },
    )

    title: Line
    process_definition_key: Key | None = None
    decision_requirements_key: Key | None = None

    @model_validator(mode="after")
    def _begins_with_one(self) -> Self:
        if None not in (self.process_definition_key, self.decision_requirements_key):
            raise FieldError("key_or_id")
        return self


class Drafts(BaseModel):
    """A page of drafts, those touched last first."""

    items: list[DraftView]
    total: int
    next: str | None


class Wanted(BaseModel):
    """Which drafts, and which part of the list."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Annotated[str | None, BeforeValidator(_place)] = None


_LIST = {"items": [EXAMPLE], "total": 1, "next": None}


@router.post(
    "",
    status_code=201,
    operation_id="create_definition_draft",
    response_model=DraftDetail,
    responses={
        **for_staff(
            "fields_invalid",
            "body_malformed",
            "body_too_large",
            "idempotency_key_invalid",
            "idempotency_key_reused",
            "process_definition_not_found",
            "decision_requirements_not_found",
        ),
        **example(201, DETAIL_EXAMPLE),
    },
)
def create_definition_draft(
    asked: NewDraft, caller: Editor, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Begin a draft with the files of a deployed version, or with none."""
    handle = once(means, caller.username, "POST /api/definition-drafts", key, asked)
    with Session(means.engine) as session, session.begin():
        if (earlier := handle.begin(session)) is not None:
            return earlier.response()
        draft = _create(session, means, caller, asked)
        answer = Answer(201, detail(session, draft).model_dump(mode="json"))
        handle.keep(session, answer)
        return answer.response(ETag=etag(draft), Location=f"/api/definition-drafts/{draft.id}")


@router.get(
    "",
    operation_id="list_definition_drafts",
    responses={**for_staff("fields_invalid"), **example(200, _LIST)},
    dependencies=[Depends(Allowed("definition.read"))],
)
def list_definition_drafts(wanted: Annotated[Wanted, Query()], means: MeansHere) -> Drafts:
    """Return drafts and what became of them."""
    offset = _offset(wanted.after)
    with Session(means.engine) as session:
        found, total = definition_draft.listed(
            session, state=wanted.state, limit=wanted.limit, offset=offset
        )
        following = offset + len(found)
        return Drafts(
            items=views(session, found),
            total=total,
            next=to_cursor(following) if found and following < total else None,
        )


@router.get(
    "/{draft_id}",
    operation_id="get_definition_draft",
    response_model=DraftDetail,
    responses={
        **for_staff("fields_invalid", "draft_not_found"),
        **example(200, DETAIL_EXAMPLE),
    },
    dependencies=[Depends(Allowed("definition.read"))],
)
def get_definition_draft(draft_id: UUID, means: MeansHere) -> Response:
    """Return a draft with its files and steps; its ETag is for If-Match."""
    with Session(means.engine) as session:
        draft = existing(session, draft_id)
        content: dict[str, Any] = detail(session, draft).model_dump(mode="json")
        return JSONResponse(content, 200, {"ETag": etag(draft)})


def _create(session: Session, means: Means, caller: Caller, asked: NewDraft) -> DefinitionDraft:
    decisions = asked.decision_requirements_key
    files, base = (
        _origin(session, asked.process_definition_key)
        if decisions is None
        else _decisions(session, decisions)
    )
    draft = definition_draft.create(
        session, asked.title, files=files, base=base, actor=caller.username, at=means.now()
    )
    record(session, means, caller, draft, "create")
    return draft


def _origin(session: Session, key: int | None) -> tuple[dict[str, bytes], dict[str, int]]:
    """Return the files to begin with and the versions that they are."""
    if key is None:
        return {}, {}
    found = process_definition.by_key(session, key)
    if found is None:
        raise Problem("process_definition_not_found", key=str(key))
    together = process_definition.of_bundle(session, found.bundle)
    files = own_files(process_definition.load_resources(session, found.digest))
    return files, {one.process_id: one.version for one in together}


def _decisions(session: Session, key: int) -> tuple[dict[str, bytes], dict[str, int]]:
    """Return a file of decisions with what it imports, and the version that each is."""
    found = decision_record.existing(session, key)
    files = decision_record.files_of(session, found)
    names = {f"{DECISIONS}{one.id}" for one in graphs(files).values()}
    return files, definition_draft.newest_versions(session, names) | {
        f"{DECISIONS}{found.requirements_id}": found.version
    }
