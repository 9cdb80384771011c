"""`PUT /api/me/password`: one's own password (修改密码)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api import lockout
from api.answers import for_staff
from api.authentication import Caller
from api.chosen_password import Password, check_password_of
from api.login_attempt import record
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.sessions import Client
from models import access_record, access_token, person
from models.person import Person

router = APIRouter(tags=["session"])
Owner = Annotated[Caller, Depends(Allowed("session.manage"))]


class NewPassword(BaseModel):
    """The password of now, and the one from now on (新密码)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"current": "a long secret", "password": "another long secret"}]
        },
    )

    current: Annotated[str, Field(min_length=1, max_length=200, repr=False)]
    password: Password


@router.put(
    "/api/me/password",
    status_code=204,
    operation_id="change_password",
    responses=for_staff(
        "csrf_token_invalid",
        "body_malformed",
        "body_too_large",
        "fields_invalid",
        "rate_limited",
        "password_login_off",
        "password_wrong",
        "login_locked",
    ),
)
def change_password(asked: NewPassword, caller: Owner, means: MeansHere, client: Client) -> None:
    """Change the caller's password; their other sessions end, API tokens stay."""
    if not means.logins.password:
        raise Problem("password_login_off")
    with Session(means.engine) as session, session.begin():
        refused = _change(session, means, caller, client, asked)
    # Raised here, so that the record of the attempt is committed.
    if refused is not None:
        raise refused


def _change(
    session: Session, means: MeansHere, caller: Caller, client: str, asked: NewPassword
) -> Problem | None:
    now, username = means.now(), caller.username
    lockout.one_at_a_time(session, username)
    # Whoever sits down at a session that was left open guesses no more often than at the door.
    if lockout.is_locked(session, username, client, now):
        record(session, "login_locked", username, client, now)
        return lockout.problem()
    found = session.get_one(Person, username)
    if not person.has_password(found, asked.current):
        record(session, "login_failed", username, client, now)
        lockout.tell_if_locked(session, username, client, now)
        return Problem("password_wrong")
    check_password_of(found, asked.password)
    found.password_hash = person.hash_password(asked.password)
    sessions = access_token.SESSIONS
    ended = access_token.revoke_all(session, username, now, *sessions, but=caller.token)
    data = {"ended": ended}
    access_record.append(
        session,
        at=now,
        actor=username,
        action="password_changed",
        subject=username,
        data=data,
    )
    return None
