"""`GET /api/definition-comparison`: two sets of files held against each other (定义对比)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from activities.linking import linked
from api import decision_record, draft_commands, process_definition_view
from api.answers import example, for_staff
from api.draft_view import FileView, file_view
from api.keys import Key
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from bpmn.difference import compare
from bpmn.linking import unversioned
from models import decision_requirements, draft_file, process_definition
from models.decision_requirements import DecisionRequirements
from models.definition_draft import DECISIONS, DefinitionDraft
from models.process_definition import ProcessDefinition

router = APIRouter(prefix="/api", tags=["definitions"])
Files = dict[str, bytes]


class Pair(BaseModel):
    """What is compared: a version by its key or a draft by its id, on each side.

    Without the older side a draft is held against what is deployed of its process.
    """

    model_config = ConfigDict(extra="forbid")

    old_key: Key | None = None
    old_draft: UUID | None = None
    new_key: Key | None = None
    new_draft: UUID | None = None


class Side(BaseModel):
    """One of the two: a version with its process, or file of decisions, or a draft with its title.

    `decisions` is the id of the file.
    """

    key: str | None = None
    process: str | None = None
    decisions: str | None = None
    version: int | None = None
    draft_id: UUID | None = None
    title: str
    files: list[FileView]


class ChangeView(BaseModel):
    """One difference; see `bpmn.difference.change.Change`."""

    code: str
    resource: str
    element: str
    name: str
    kind: str
    property: str
    detail: str
    row: int
    old: str
    new: str


class Comparison(BaseModel):
    """What differs, file by file; `old` is null where nothing is deployed yet."""

    old: Side | None
    new: Side
    changes: list[ChangeView]


_FILES = [{"name": "limits.dmn", "size": 4096, "digest": "77ab12c9"}]
_EXAMPLE: dict[str, Any] = {
    "old": {
        "key": "2097152",
        "process": "feedback",
        "decisions": None,
        "version": 1,
        "draft_id": None,
        "title": "客户反馈闭环",
        "files": _FILES,
    },
    "new": {
        "key": None,
        "process": None,
        "decisions": None,
        "version": None,
        "draft_id": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90",
        "title": "接单时限改为一小时",
        "files": _FILES,
    },
    "changes": [
        {
            "code": "cell_changed",
            "resource": "limits.dmn",
            "element": "limits",
            "name": "期限",
            "kind": "output",
            "property": "接单时限",
            "detail": "默认期限",
            "row": 1,
            "old": '"PT2H"',
            "new": '"PT1H"',
        }
    ],
}


@router.get(
    "/definition-comparison",
    operation_id="compare_definitions",
    responses={
        **for_staff("fields_invalid", "draft_not_found", "process_definition_not_found"),
        **example(200, _EXAMPLE),
    },
    dependencies=[Depends(Allowed("definition.read"))],
)
def compare_definitions(asked: Annotated[Pair, Query()], means: MeansHere) -> Comparison:
    """Return what differs between two versions, or between a draft and what is deployed."""
    with Session(means.engine) as session:
        new, after, draft = _side(session, "new_key", asked.new_key, asked.new_draft)
        if asked.old_key is None and asked.old_draft is None:
            old, before = _deployed(session, draft)
        else:
            old, before, _ = _side(session, "old_key", asked.old_key, asked.old_draft)
    changes = [ChangeView(**asdict(one)) for one in compare(_aligned(before), _aligned(after))]
    return Comparison(old=old, new=new, changes=changes)


def _side(
    session: Session, field: str, key: int | None, draft_id: UUID | None
) -> tuple[Side, Files, DefinitionDraft | None]:
    if key is not None and draft_id is None:
        decisions = decision_requirements.find(session, key)
        if decisions is not None:
            return *_decisions(session, decisions), None
        return *_version(session, process_definition_view.existing(session, key)), None
    if draft_id is None or key is not None:
        raise Problem("fields_invalid", errors=[{"field": field, "code": "key_or_id"}])
    draft = draft_commands.existing(session, draft_id)
    files = linked(session, draft_file.read(session, draft.id))
    return Side(draft_id=draft.id, title=draft.title, files=_shown(files)), files, draft


def _version(session: Session, found: ProcessDefinition) -> tuple[Side, Files]:
    files = process_definition.load_resources(session, found.digest)
    side = Side(
        key=str(found.key),
        process=found.process_id,
        version=found.version,
        title=found.name,
        files=_shown(files),
    )
    return side, files


def _decisions(session: Session, found: DecisionRequirements) -> tuple[Side, Files]:
    files = decision_record.files_of(session, found)
    side = Side(
        key=str(found.key),
        decisions=found.requirements_id,
        version=found.version,
        title=found.name,
        files=_shown(files),
    )
    return side, files


def _deployed(session: Session, draft: DefinitionDraft | None) -> tuple[Side | None, Files]:
    """Return what is deployed of the process, or the decisions, that a draft grew from."""
    if draft is None:
        raise Problem("fields_invalid", errors=[{"field": "old_key", "code": "missing"}])
    # Its processes before its decisions.
    for name in sorted(draft.base, key=lambda one: (one.startswith(DECISIONS), one)):
        if newest := process_definition.latest(session, name):
            return _version(session, newest)
        file = decision_requirements.latest(session, name.removeprefix(DECISIONS))
        if name.startswith(DECISIONS) and file is not None:
            return _decisions(session, file)
    return None, {}


def _aligned(files: Files) -> Files:
    """Return files with linked ones under names that another version of them has too."""
    return {unversioned(name): content for name, content in files.items()}


def _shown(files: Files) -> list[FileView]:
    return [file_view(name, content) for name, content in files.items()]
