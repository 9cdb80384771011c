"""A step of a draft: checked against its row, done once, recorded (草稿操作)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.authentication import Caller
from api.draft_view import detail
from api.idempotency import Answer, KeyHeader, once
from api.means import Means
from api.problem import Problem
from models import access_record, definition_draft
from models.definition_draft import DefinitionDraft, DraftStateError, OwnWorkError

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=40,
        description="The ETag of the draft; another revision is refused.",
        examples=['"3"'],
    ),
]
CODES = (
    "fields_invalid",
    "draft_not_found",
    "draft_state_wrong",
    "revision_differs",
)
STEP_CODES = (
    *CODES,
    "body_malformed",
    "body_too_large",
    "idempotency_key_invalid",
    "idempotency_key_reused",
)


@dataclass(frozen=True)
class Conditions:
    """The headers under which a step is taken (请求条件)."""

    if_match: str | None = None
    idempotency_key: str | None = None

    def check(self, draft: DefinitionDraft) -> None:
        """Refuse a draft that is not as the caller knows it.

        Raises:
            Problem: `revision_differs`.
        """
        tag = etag(draft)
        if self.if_match not in {None, "*", tag, f"W/{tag}"}:
            raise Problem("revision_differs", revision=draft.revision)


def _conditions(if_match: IfMatch = None, idempotency_key: KeyHeader = None) -> Conditions:
    return Conditions(if_match, idempotency_key)


ConditionsHere = Annotated[Conditions, Depends(_conditions)]


@dataclass(frozen=True)
class DraftVerb:
    """What a caller asks of a draft."""

    name: str
    draft_id: UUID
    caller: Caller
    conditions: Conditions
    body: BaseModel | None = None


# Takes the step on the locked draft, in a transaction, or refuses.
Work = Callable[[Session, DefinitionDraft], None]


def etag(draft: DefinitionDraft) -> str:
    """Return the ETag of a draft's present revision."""
    return f'"{draft.revision}"'


def existing(session: Session, draft_id: UUID, *, lock: bool = False) -> DefinitionDraft:
    """Return a draft.

    Raises:
        Problem: `draft_not_found`.
    """
    found = definition_draft.find(session, draft_id, lock=lock)
    if found is None:
        raise Problem("draft_not_found")
    return found


def take_step(means: Means, verb: DraftVerb, work: Work) -> Response:
    """Take a step in one transaction and answer with the draft after it.

    Raises:
        Problem: what `work` raises, and what the draft's state or revision refuses.
    """
    route = f"{verb.name} /api/definition-drafts/{verb.draft_id}"
    key = verb.conditions.idempotency_key
    asked = once(means, verb.caller.username, route, key, verb.body)
    with Session(means.engine) as session, session.begin():
        if (earlier := asked.begin(session)) is not None:
            return earlier.response()
        draft = existing(session, verb.draft_id, lock=True)
        verb.conditions.check(draft)
        apply(session, means, verb, draft, work)
        answer = Answer(200, detail(session, draft).model_dump(mode="json"))
        asked.keep(session, answer)
        return answer.response(ETag=etag(draft))


def apply(
    session: Session, means: Means, verb: DraftVerb, draft: DefinitionDraft, work: Work
) -> None:
    """Do the work on a locked draft and record who did.

    Raises:
        Problem: what `work` raises, and what the draft's state refuses.
    """
    before = draft.revision
    try:
        work(session, draft)
    except DraftStateError as error:
        raise Problem("draft_state_wrong", state=error.state, step=error.step) from None
    except OwnWorkError:
        raise Problem("draft_own_work") from None
    if draft.revision != before:
        record(session, means, verb.caller, draft, verb.name)


def record(
    session: Session, means: Means, caller: Caller, draft: DefinitionDraft, step: str
) -> None:
    """Record a step among the acts of people, without what is in the files."""
    access_record.append(
        session,
        at=means.now(),
        actor=caller.username,
        action=f"draft_{step}",
        subject=str(draft.id),
        data={"revision": draft.revision, "digest": draft.digest},
    )
