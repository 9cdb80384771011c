"""`/api/teams`: who works together (小组)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api import revisions
from api.answers import example, for_staff
from api.idempotency import KeyHeader
from api.means import MeansHere
from api.people import Administrator, Code, Reader, Username
from api.permissions import Allowed
from api.problem import Problem
from api.revisions import IfMatch
from api.staff_acts import (
    CHANGE_CODES,
    POST_CODES,
    Act,
    active_people,
    apply_changes,
    change,
    existing_department,
    post,
    shown,
)
from api.texts import Line
from models import team
from models.team import Team

router = APIRouter(prefix="/api/teams", tags=["people"])
Members = Annotated[list[Username], Field(max_length=200)]


class TeamView(BaseModel):
    """A team (小组); tasks reach it as the candidate group `team.<code>`."""

    code: str
    name_zh: str
    name_en: str
    department: str | None
    active: bool
    members: list[str]


class Teams(BaseModel):
    """All teams by code."""

    items: list[TeamView]


class NewTeam(BaseModel):
    """A new team; without a department it goes across departments."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "senior",
                    "name_zh": "资深质量小组",
                    "name_en": "Senior quality team",
                    "department": "quality",
                    "members": ["majun"],
                }
            ]
        },
    )

    code: Code
    name_zh: Line
    name_en: Line
    department: Code | None = None
    members: Members = Field(default_factory=list)


class TeamChange(BaseModel):
    """What is to change; `active: false` dissolves the team, whose tasks stay with nobody."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"members": ["majun", "hejing"]}]}
    )

    name_zh: Line = ""
    name_en: Line = ""
    department: Code | None = None
    active: bool = True
    members: Members = Field(default_factory=list)


EXAMPLE: dict[str, Any] = {
    "code": "senior",
    "name_zh": "资深质量小组",
    "name_en": "Senior quality team",
    "department": "quality",
    "active": True,
    "members": ["hejing", "majun"],
}
_NEEDS = ("department_not_found", "people_unknown")


@router.get(
    "",
    operation_id="list_teams",
    responses={**for_staff(), **example(200, {"items": [EXAMPLE]})},
    dependencies=[Depends(Allowed("person.read"))],
)
def list_teams(means: MeansHere) -> Teams:
    """Return all teams, those that are dissolved included."""
    with Session(means.engine) as session:
        return Teams(items=[_view(session, one) for one in team.every(session)])


@router.get(
    "/{code}",
    operation_id="get_team",
    response_model=TeamView,
    responses={**for_staff("fields_invalid", "team_not_found"), **example(200, EXAMPLE)},
)
def get_team(code: str, _caller: Reader, means: MeansHere) -> Response:
    """Return a team; its ETag is for If-Match."""
    with Session(means.engine) as session:
        found = _existing(session, code)
        return shown(_view(session, found), found.revision)


@router.post(
    "",
    status_code=201,
    operation_id="create_team",
    response_model=TeamView,
    responses={**for_staff(*POST_CODES, "team_exists", *_NEEDS), **example(201, EXAMPLE)},
)
def create_team(
    asked: NewTeam, caller: Administrator, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Make a team."""
    act = Act(means, caller, "team_created", asked.code, asked, key)

    def work(session: Session) -> tuple[TeamView, int]:
        if team.find(session, asked.code) is not None:
            raise Problem("team_exists", team=asked.code)
        _check(session, asked)
        made = Team(**asked.model_dump(exclude={"members"}))
        session.add(made)
        session.flush()
        team.replace_members(session, made.code, asked.members)
        act.record(session, members=asked.members)
        return _view(session, made), made.revision

    return post(act, work)


@router.patch(
    "/{code}",
    operation_id="change_team",
    response_model=TeamView,
    responses={**for_staff(*CHANGE_CODES, "team_not_found", *_NEEDS), **example(200, EXAMPLE)},
)
def change_team(
    code: str,
    asked: TeamChange,
    caller: Administrator,
    means: MeansHere,
    if_match: IfMatch = None,
) -> Response:
    """Change a team or its members."""
    act = Act(means, caller, "team_changed", code, asked)

    def work(session: Session) -> tuple[TeamView, int]:
        found = _existing(session, code, lock=True)
        revisions.check(if_match, found.revision)
        _check(session, asked)
        given = apply_changes(found, asked, "name_zh", "name_en", "department", "active")
        told: dict[str, Any] = {"fields": given}
        if "members" in asked.model_fields_set:
            team.replace_members(session, code, asked.members)
            told["members"] = asked.members
        act.record(session, **told)
        session.flush()
        return _view(session, found), found.revision

    return change(act, work)


def _check(session: Session, asked: NewTeam | TeamChange) -> None:
    if asked.department is not None:
        existing_department(session, asked.department)
    active_people(session, asked.members)


def _existing(session: Session, code: str, *, lock: bool = False) -> Team:
    found = team.find(session, code, lock=lock)
    if found is None:
        raise Problem("team_not_found", team=code)
    return found


def _view(session: Session, found: Team) -> TeamView:
    return TeamView(
        **found.model_dump(include={"code", "name_zh", "name_en", "department", "active"}),
        members=team.members(session, [found.code])[found.code],
    )
