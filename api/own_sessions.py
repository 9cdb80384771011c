"""`/api/sessions`: where one is logged in, and ending that (会话管理)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.token_view import EXAMPLE, TokenView, view
from models import access_record, access_token
from models.access_token import SESSIONS

router = APIRouter(prefix="/api/sessions", tags=["session"])
Owner = Annotated[Caller, Depends(Allowed("session.manage"))]


class Sessions(BaseModel):
    """Sessions that hold, the last used first."""

    items: list[TokenView]


class Ended(BaseModel):
    """How many were ended."""

    ended: int


@router.get(
    "",
    operation_id="list_sessions",
    responses={**for_staff(), **example(200, {"items": [EXAMPLE]})},
)
def list_sessions(caller: Owner, means: MeansHere) -> Sessions:
    """Return where the caller is logged in."""
    with Session(means.engine) as session:
        found = access_token.of_person(session, caller.username, means.now(), *SESSIONS)
        return Sessions(items=[view(one, caller.token_id) for one in found])


@router.delete(
    "",
    operation_id="end_sessions",
    responses={
        **for_staff("csrf_token_invalid", "fields_invalid"),
        **example(200, {"ended": 2}),
    },
)
def end_sessions(caller: Owner, means: MeansHere, *, keep_this: bool = True) -> Ended:
    """End the caller's sessions, this one as well if `keep_this` is false."""
    but = caller.token if keep_this else None
    with Session(means.engine) as session, session.begin():
        now = means.now()
        ended = access_token.revoke_all(session, caller.username, now, *SESSIONS, but=but)
        access_record.append(
            session,
            at=now,
            actor=caller.username,
            action="sessions_revoked",
            subject=caller.username,
            data={"ended": ended},
        )
    return Ended(ended=ended)


@router.delete(
    "/{session_id}",
    status_code=204,
    operation_id="end_session",
    responses=for_staff("csrf_token_invalid", "fields_invalid", "session_not_found"),
)
def end_session(session_id: UUID, caller: Owner, means: MeansHere) -> None:
    """End one of the caller's sessions."""
    with Session(means.engine) as session, session.begin():
        now = means.now()
        if not access_token.revoke_one(session, caller.username, session_id, now, *SESSIONS):
            raise Problem("session_not_found")
        access_record.append(
            session,
            at=now,
            actor=caller.username,
            action="session_revoked",
            subject=caller.username,
            data={"login": str(session_id)},
        )
