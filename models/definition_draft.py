"""Definitions before they are deployed: drafts that a second person approves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col
from transitions import Machine

from models import decision_requirements, draft_file, draft_step, process_definition
from models.columns import Timestamp
from models.draft_step import DraftStep
from models.process_definition import bundle_digest

STATES = ("draft", "submitted", "approved", "deployed", "rejected", "withdrawn")
_OPEN = ["draft", "withdrawn", "rejected"]
_MACHINE = Machine(
    model=None,
    states=list(STATES),
    initial="draft",
    auto_transitions=False,
    model_attribute="state",
    transitions=[
        {"trigger": "edit", "source": _OPEN, "dest": "draft"},
        {"trigger": "submit", "source": _OPEN, "dest": "submitted"},
        {"trigger": "withdraw", "source": ["draft", "submitted", "approved"], "dest": "withdrawn"},
        {"trigger": "approve", "source": "submitted", "dest": "approved"},
        {"trigger": "reject", "source": ["submitted", "approved"], "dest": "rejected"},
        {"trigger": "deploy", "source": "approved", "dest": "deployed"},
    ],
)
# Among the names of processes, which hold no colon: before the id of a file of decisions, and
# before a process that is called and was deployed before.
DECISIONS, CALLS = "decisions:", "calls:"
# Who did one of these had a hand in what is to be approved.
_AUTHORSHIP = ("create", "edit", "submit")


class DefinitionDraft(SQLModel, table=True):
    """A set of files on its way to deployment (流程草稿): nothing of it runs before.

    Attributes:
        base: the version of each process that the files grew from, 0 for a new one; since they
            were submitted, of each file of decisions too, and of the processes that they call
            (`DECISIONS`, `CALLS`). Approving sets it to what is deployed then, since that is what
            the approval goes over.
        digest: of the files as they are.
        revision: counts the steps; for ETag and If-Match.
    """

    __tablename__ = "definition_draft"
    __table_args__ = (Index("definition_draft_state_idx", "state", "updated_at"),)

    id: UUID = Field(primary_key=True)
    title: str
    state: str = "draft"
    base: dict[str, int] = Field(default_factory=dict, sa_type=JSONB)
    digest: str = Field(max_length=64)
    revision: int = 1
    created_at: datetime = Field(sa_type=Timestamp)
    created_by: str
    updated_at: datetime = Field(sa_type=Timestamp)


class DraftStateError(Exception):
    """A step that the state of the draft does not allow."""

    def __init__(self, state: str, step: str) -> None:
        super().__init__(f"{step} while {state}")
        self.state = state
        self.step = step


class OwnWorkError(Exception):
    """Whoever made or submitted a draft wants to approve it."""


def create(
    session: Session,
    title: str,
    *,
    files: Mapping[str, bytes],
    base: Mapping[str, int],
    actor: str,
    at: datetime,
) -> DefinitionDraft:
    """Begin a draft with these files."""
    own = DefinitionDraft(
        id=uuid4(),
        title=title,
        base=dict(base),
        digest=bundle_digest(files),
        created_at=at,
        created_by=actor,
        updated_at=at,
    )
    session.add(own)
    session.flush()
    draft_file.put(session, own.id, files)
    _note(session, own, "create", actor=actor, at=at, data={"base": dict(base)})
    return own


def find(session: Session, draft_id: UUID, *, lock: bool = False) -> DefinitionDraft | None:
    """Return a draft; locked, nobody else takes a step until the transaction ends."""
    return session.get(DefinitionDraft, draft_id, with_for_update=True if lock else None)


def listed(
    session: Session, *, state: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[Sequence[DefinitionDraft], int]:
    """Return a page of drafts, those touched last first, and how many there are in all."""
    where = [] if state is None else [col(DefinitionDraft.state) == state]
    total = session.scalar(select(func.count()).select_from(DefinitionDraft).where(*where)) or 0
    newest = select(DefinitionDraft).where(*where)
    newest = newest.order_by(col(DefinitionDraft.updated_at).desc(), col(DefinitionDraft.id))
    return session.scalars(newest.limit(limit).offset(offset)).all(), total


def put_file(
    session: Session, draft: DefinitionDraft, name: str, content: bytes, *, actor: str, at: datetime
) -> None:
    """Store a file in a locked draft; the content that it has already changes nothing.

    Raises:
        DraftStateError: the draft is submitted, approved or deployed.
    """
    allow(draft, "edit")
    if draft_file.find(session, draft.id, name) == content:
        return
    draft_file.put(session, draft.id, {name: content})
    move(session, draft, "edit", actor=actor, at=at, data={"file": name})


def remove_file(
    session: Session, draft: DefinitionDraft, name: str, *, actor: str, at: datetime
) -> None:
    """Take a file out of a locked draft.

    Raises:
        DraftStateError: the draft is submitted, approved or deployed.
    """
    allow(draft, "edit")
    draft_file.remove(session, draft.id, name)
    move(session, draft, "edit", actor=actor, at=at, data={"removed": name})


def move(
    session: Session,
    draft: DefinitionDraft,
    step: str,
    *,
    actor: str,
    at: datetime,
    note: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Take a locked draft one step on and note it.

    Raises:
        DraftStateError: its state does not allow the step.
    """
    allow(draft, step)
    _MACHINE.events[step].trigger(draft)
    if step == "edit":
        draft.digest = bundle_digest(draft_file.read(session, draft.id))
    draft.revision += 1
    draft.updated_at = at
    _note(session, draft, step, actor=actor, at=at, note=note, data=data)


def check_second_person(session: Session, draft: DefinitionDraft, actor: str) -> None:
    """Make sure that whoever approves had no hand in the draft (四眼原则).

    Raises:
        OwnWorkError: they made, edited or submitted it.
    """
    if actor in draft_step.actors(session, draft.id, *_AUTHORSHIP):
        raise OwnWorkError


def outdated(
    session: Session, drafts: Iterable[DefinitionDraft]
) -> dict[UUID, list[dict[str, Any]]]:
    """Return, for each draft, the processes whose newest version is not what it grew from.

    Returns:
        `{process, base, latest}` each, `process` as in `base`; 0 is one that was not deployed.
    """
    asked = list(drafts)
    newest = newest_versions(session, {name for one in asked for name in one.base})
    return {
        one.id: [
            {"process": name, "base": base, "latest": newest[name]}
            for name, base in sorted(one.base.items())
            if newest[name] != base
        ]
        for one in asked
    }


def newest_versions(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Return the newest versions of processes and files of decisions, named as in `base`."""
    wanted = list(names)
    files = [name.removeprefix(DECISIONS) for name in wanted if name.startswith(DECISIONS)]
    decisions = decision_requirements.versions(session, files)
    processes = process_definition.versions(session, [_process(name) for name in wanted])
    return {
        name: decisions.get(name.removeprefix(DECISIONS), 0)
        if name.startswith(DECISIONS)
        else processes.get(_process(name), 0)
        for name in wanted
    }


def _process(name: str) -> str:
    return name.removeprefix(CALLS)


def allow(draft: DefinitionDraft, step: str) -> None:
    """Make sure that the state allows a step.

    Raises:
        DraftStateError: it does not.
    """
    if draft.state not in _MACHINE.events[step].transitions:
        raise DraftStateError(draft.state, step)


def _note(
    session: Session,
    draft: DefinitionDraft,
    step: str,
    *,
    actor: str,
    at: datetime,
    note: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    own = {"draft_id": draft.id, "number": draft.revision, "digest": draft.digest}
    told = {"actor": actor, "at": at, "step": step, "note": note, "data": dict(data or {})}
    draft_step.append(session, DraftStep.model_validate(own | told))
