"""Somebody leaves, comes back, or has forgotten the password (离职、返岗、重置密码)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from api import revisions
from api.answers import example, for_staff
from api.chosen_password import Password, check_password_of
from api.idempotency import KeyHeader
from api.means import MeansHere
from api.people import Administrator, check_administrators
from api.person_view import EXAMPLE, PersonView, existing, view
from api.problem import Problem
from api.revisions import IfMatch
from api.staff_acts import CHANGE_CODES, POST_CODES, Act, change, post
from models import access_token, person
from models.administrators import ADMINISTRATOR
from models.leaving import leave, return_to_work

router = APIRouter(prefix="/api/people", tags=["people"])


class Left(BaseModel):
    """How many open tasks go back to the queue of the department."""

    tasks: int


class NewPassword(BaseModel):
    """A password that the administrator chose."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"password": "another long secret"}]}
    )

    password: Password


@router.post(
    "/{username}/leave",
    operation_id="let_person_leave",
    response_model=Left,
    responses={
        **for_staff(*POST_CODES, *revisions.CODES, "person_not_found", "administrator_last"),
        **example(200, {"tasks": 3}),
    },
)
def let_person_leave(
    username: str,
    caller: Administrator,
    means: MeansHere,
    if_match: IfMatch = None,
    key: KeyHeader = None,
) -> Response:
    """Let somebody leave: no login, no post, and each open task goes back to its queue."""
    act = Act(means, caller, "person_left", username, key=key)

    def work(session: Session) -> tuple[Left, int]:
        found = existing(session, username, lock=True)
        revisions.check(if_match, found.revision)
        if found.active and ADMINISTRATOR in found.roles:
            check_administrators(session, username)
        tasks = leave(session, found, actor=caller.username, at=means.now())
        act.record(session, tasks=tasks)
        return Left(tasks=tasks), found.revision

    return post(act, work, status=200)


@router.post(
    "/{username}/return",
    operation_id="let_person_return",
    response_model=PersonView,
    responses={
        **for_staff(*POST_CODES, *revisions.CODES, "person_not_found"),
        **example(200, EXAMPLE),
    },
)
def let_person_return(
    username: str,
    caller: Administrator,
    means: MeansHere,
    if_match: IfMatch = None,
    key: KeyHeader = None,
) -> Response:
    """Let somebody who had left in again; their password works as before, nothing else is back."""
    act = Act(means, caller, "person_returned", username, key=key)

    def work(session: Session) -> tuple[PersonView, int]:
        found = existing(session, username, lock=True)
        revisions.check(if_match, found.revision)
        return_to_work(found)
        act.record(session)
        session.flush()
        return view(session, means, caller, found), found.revision

    return post(act, work, status=200)


@router.put(
    "/{username}/password",
    operation_id="reset_password",
    response_model=PersonView,
    responses={
        **for_staff(*CHANGE_CODES, "person_not_found", "person_inactive"),
        **example(200, EXAMPLE),
    },
)
def reset_password(
    username: str,
    asked: NewPassword,
    caller: Administrator,
    means: MeansHere,
    if_match: IfMatch = None,
) -> Response:
    """Give somebody a new password; whoever was logged in under their name no longer is."""
    act = Act(means, caller, "password_reset", username, asked)

    def work(session: Session) -> tuple[PersonView, int]:
        found = existing(session, username, lock=True)
        revisions.check(if_match, found.revision)
        if not found.active:
            raise Problem("person_inactive", username=username)
        check_password_of(found, asked.password)
        found.password_hash = person.hash_password(asked.password)
        found.revision += 1
        access_token.revoke_all(session, username, means.now())
        act.record(session)
        session.flush()
        return view(session, means, caller, found), found.revision

    return change(act, work)
