"""Drafts of definitions as they are shown (草稿视图)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from models import definition_draft, draft_file, draft_step
from models.definition_draft import DefinitionDraft


class OutdatedProcess(BaseModel):
    """A process that was deployed by others since; 0 is one that was not there.

    It can be a file of decisions too, its id behind `decisions:`, or a process that is called,
    behind `calls:`.
    """

    process: str
    base: int
    latest: int


class DraftView(BaseModel):
    """A draft; `digest` names its files as they are, `base` the versions they grew from."""

    id: UUID
    title: str
    state: str
    digest: str
    revision: int
    base: dict[str, int]
    outdated: list[OutdatedProcess]
    created_at: AwareDatetime
    created_by: str
    updated_at: AwareDatetime


class FileView(BaseModel):
    """A file: its size in bytes and the SHA-256 of its content."""

    name: str
    size: int
    digest: str


class StepView(BaseModel):
    """What somebody did with the draft, with the digest of the files after it."""

    number: int
    at: AwareDatetime
    actor: str
    step: str
    digest: str
    note: str | None
    data: dict[str, Any]


class DraftDetail(DraftView):
    """A draft with its files and what happened to it."""

    files: list[FileView]
    steps: list[StepView]


EXAMPLE: Mapping[str, Any] = {
    "id": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90",
    "title": "接单时限改为一小时",
    "state": "submitted",
    "digest": "9f2c0a7d",
    "revision": 3,
    "base": {"feedback": 1},
    "outdated": [],
    "created_at": "2024-05-06T02:00:00Z",
    "created_by": "songyi",
    "updated_at": "2024-05-06T02:10:00Z",
}
DETAIL_EXAMPLE: Mapping[str, Any] = {
    **EXAMPLE,
    "files": [{"name": "limits.dmn", "size": 4096, "digest": "77ab12c9"}],
    "steps": [
        {
            "number": 2,
            "at": "2024-05-06T02:05:00Z",
            "actor": "songyi",
            "step": "edit",
            "digest": "9f2c0a7d",
            "note": None,
            "data": {"file": "limits.dmn"},
        },
        {
            "number": 3,
            "at": "2024-05-06T02:10:00Z",
            "actor": "songyi",
            "step": "submit",
            "digest": "9f2c0a7d",
            "note": "客户要求更快接单",
            "data": {"base": {"feedback": 1}},
        },
    ],
}


def views(session: Session, drafts: Iterable[DefinitionDraft]) -> list[DraftView]:
    """Return drafts as they are shown in lists."""
    shown = list(drafts)
    outdated = definition_draft.outdated(session, shown)
    return [DraftView.model_validate(_told(one, outdated[one.id])) for one in shown]


def detail(session: Session, draft: DefinitionDraft) -> DraftDetail:
    """Return a draft with its files and steps."""
    told = _told(draft, definition_draft.outdated(session, [draft])[draft.id])
    files = draft_file.read(session, draft.id)
    steps = draft_step.read(session, draft.id)
    return DraftDetail.model_validate(
        told
        | {
            "files": [file_view(name, content) for name, content in files.items()],
            "steps": [one.model_dump() for one in steps],
        }
    )


def _told(draft: DefinitionDraft, outdated: list[dict[str, Any]]) -> dict[str, Any]:
    return {**draft.model_dump(), "outdated": outdated}


def file_view(name: str, content: bytes) -> FileView:
    """Return a file as it is shown: what it is, not what it holds."""
    return FileView(name=name, size=len(content), digest=sha256(content).hexdigest())
