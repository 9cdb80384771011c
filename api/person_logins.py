"""`/api/people/{username}/...`: an administrator ends others' logins and lockouts (登录管理)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api import lockout
from api.answers import example, for_staff
from api.authentication import Caller
from api.means import MeansHere
from api.own_sessions import Ended
from api.permissions import Allowed
from api.problem import Problem
from api.token_view import EXAMPLE, TokenView, view
from models import access_record, access_token, notice, person

router = APIRouter(prefix="/api/people/{username}", tags=["session"])
Administrator = Annotated[Caller, Depends(Allowed("login.manage"))]
Username = Annotated[str, Path(max_length=100, examples=["linmei"])]
_CODES = ("csrf_token_invalid", "fields_invalid", "person_unknown")


class Logins(BaseModel):
    """Sessions and API tokens of a person that hold."""

    items: list[TokenView]


@router.get(
    "/logins",
    operation_id="list_logins",
    responses={
        **for_staff("fields_invalid", "person_unknown"),
        **example(200, {"items": [EXAMPLE | {"current": False}]}),
    },
    dependencies=[Depends(Allowed("login.manage"))],
)
def list_logins(username: Username, means: MeansHere) -> Logins:
    """Return where a person is logged in, and which API tokens they have."""
    with Session(means.engine) as session:
        _check_known(session, username)
        found = access_token.of_person(session, username, means.now())
        return Logins(items=[view(one) for one in found])


@router.delete(
    "/logins",
    operation_id="end_logins",
    responses={**for_staff(*_CODES), **example(200, {"ended": 2})},
)
def end_logins(username: Username, caller: Administrator, means: MeansHere) -> Ended:
    """End all sessions and API tokens of a person, who is told."""
    with Session(means.engine) as session, session.begin():
        _check_known(session, username)
        ended = access_token.revoke_all(session, username, means.now())
        _record(session, means, caller, "logins_revoked", username, ended=ended)
        _tell(session, means, username, ended)
    return Ended(ended=ended)


@router.delete(
    "/logins/{login_id}",
    status_code=204,
    operation_id="end_login",
    responses=for_staff(*_CODES, "session_not_found"),
)
def end_login(username: Username, login_id: UUID, caller: Administrator, means: MeansHere) -> None:
    """End one session or API token of a person, who is told."""
    with Session(means.engine) as session, session.begin():
        _check_known(session, username)
        found = access_token.revoke_one(session, username, login_id, means.now())
        if found is None:
            raise Problem("session_not_found")
        action = "token_revoked" if found.kind == "api" else "session_revoked"
        _record(session, means, caller, action, username, login=str(login_id))
        _tell(session, means, username, 1)


@router.delete(
    "/lockout",
    status_code=204,
    operation_id="unlock_login",
    responses=for_staff(*_CODES),
)
def unlock_login(username: Username, caller: Administrator, means: MeansHere) -> None:
    """Let a person try again whose login is locked after wrong passwords."""
    with Session(means.engine) as session, session.begin():
        _check_known(session, username)
        lockout.unlock(session, username, caller.username, means.now())


def _check_known(session: Session, username: str) -> None:
    if person.find(session, username) is None:
        raise Problem("person_unknown", username=username)


def _record(
    session: Session,
    means: MeansHere,
    caller: Caller,
    action: str,
    username: str,
    **data: str | int,
) -> None:
    access_record.append(
        session,
        at=means.now(),
        actor=caller.username,
        action=action,
        subject=username,
        data=data,
    )


def _tell(session: Session, means: MeansHere, username: str, ended: int) -> None:
    if ended:
        told = {uuid4(): username}
        data = {"ended": ended}
        notice.put(session, told, code="logins_ended", data=data, instance_key=None, at=means.now())
