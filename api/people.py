"""`/api/people`: who works here, and what administrators do about it (人员)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy.orm import Session

from api import revisions
from api.answers import example, for_staff
from api.authentication import Caller
from api.chosen_password import Password, check_password
from api.idempotency import KeyHeader
from api.means import MeansHere
from api.paging import from_cursor, to_cursor
from api.permissions import Allowed, may
from api.person_view import EXAMPLE, PersonView, existing, view, views
from api.problem import FieldError, Problem
from api.relation import Relation
from api.revisions import IfMatch
from api.staff_acts import (
    CHANGE_CODES,
    POST_CODES,
    Act,
    apply_changes,
    change,
    existing_department,
    post,
    shown,
)
from api.texts import Line
from models import administrators, department, person, person_search, skill
from models.administrators import ADMINISTRATOR
from models.person import Person
from models.person_search import PersonFilter

router = APIRouter(prefix="/api/people", tags=["people"])
Reader = Annotated[Caller, Depends(Allowed("person.read"))]
# Everybody, each seeing as much as concerns them.
Knower = Annotated[Caller, Depends(Allowed("person.details"))]
Administrator = Annotated[Caller, Depends(Allowed("person.write"))]
Role = Literal[
    "specialist",
    "team_lead",
    "duty_manager",
    "engineer",
    "staff",
    "head",
    "account_manager",
    "product_manager",
    "management",
    "process_owner",
    "auditor",
    "administrator",
]
Username = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,49}$", examples=["linmei"])]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
StaffNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]{1,40}$")]
Roles = Annotated[list[Role], Field(min_length=1, max_length=12)]
Skills = Annotated[list[Code], Field(max_length=50)]
_Word = Annotated[str | None, Field(min_length=1, max_length=100)]


def _place(cursor: object) -> object:
    if isinstance(cursor, str) and not isinstance(from_cursor(cursor), str):
        raise FieldError("cursor_invalid")
    return cursor


class WantedPeople(BaseModel):
    """Which people, and which part of the list."""

    model_config = ConfigDict(extra="forbid")

    q: _Word = None
    department: _Word = None
    role: Role | None = None
    team: _Word = None
    skill: _Word = None
    active: bool | None = True
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Annotated[str | None, BeforeValidator(_place)] = None


class People(BaseModel):
    """A page of people."""

    items: list[PersonView]
    total: int
    next: str | None


class NewPerson(BaseModel):
    """Somebody new; the password is told to them and changed by them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "username": "qianduo",
                    "display_name": "钱多",
                    "staff_number": "S0101",
                    "department": "technical",
                    "roles": ["engineer"],
                    "password": "a long secret",
                }
            ]
        },
    )

    username: Username
    display_name: Line
    staff_number: StaffNumber
    department: Code
    roles: Roles
    password: Password
    skills: Skills = Field(default_factory=list)
    locale: Literal["zh-CN", "en"] = "zh-CN"


class PersonChange(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"roles": ["engineer", "team_lead"]}]}
    )

    display_name: Line = ""
    staff_number: StaffNumber = ""
    department: Code = ""
    roles: Roles = Field(default_factory=list)
    skills: Skills = Field(default_factory=list)
    locale: Literal["zh-CN", "en"] = "zh-CN"


_LIST = {"items": [EXAMPLE], "total": 1, "next": None}
_FIELDS = ("display_name", "staff_number", "department", "roles", "locale")


@router.get(
    "",
    operation_id="list_people",
    responses={**for_staff("fields_invalid"), **example(200, _LIST)},
)
def list_people(
    wanted: Annotated[WantedPeople, Query()], caller: Reader, means: MeansHere
) -> People:
    """Return people by username; `q` is looked for in usernames and names."""
    sees_all = may(caller, "person.details", Relation.ANY)
    chosen = PersonFilter(
        text=wanted.q,
        department=wanted.department,
        role=wanted.role,
        team=wanted.team,
        # Whoever may not see skills cannot find them out by asking for each.
        skill=wanted.skill if sees_all else None,
        active=wanted.active if sees_all else True,
        after=from_cursor(wanted.after) if wanted.after else None,
    )
    with Session(means.engine) as session:
        found, total = person_search.search(session, chosen, limit=wanted.limit)
        items = views(session, means, caller, found)
    following = to_cursor(found[-1].username) if len(found) == wanted.limit else None
    return People(items=items, total=total, next=following)


@router.get(
    "/{username}",
    operation_id="get_person",
    response_model=PersonView,
    responses={**for_staff("fields_invalid", "person_not_found"), **example(200, EXAMPLE)},
)
def get_person(username: str, caller: Knower, means: MeansHere) -> Response:
    """Return a person; their ETag is for If-Match."""
    with Session(means.engine) as session:
        found = existing(session, username)
        return shown(view(session, means, caller, found), found.revision)


@router.post(
    "",
    status_code=201,
    operation_id="create_person",
    response_model=PersonView,
    responses={
        **for_staff(
            *POST_CODES,
            "person_exists",
            "staff_number_taken",
            "department_not_found",
            "skills_unknown",
        ),
        **example(201, EXAMPLE),
    },
)
def create_person(
    asked: NewPerson, caller: Administrator, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Let somebody in."""
    act = Act(means, caller, "person_created", asked.username, asked, key)

    def work(session: Session) -> tuple[PersonView, int]:
        if session.get(Person, asked.username) is not None:
            raise Problem("person_exists", username=asked.username)
        _check(session, asked.username, asked)
        check_password(asked.password, asked.username, asked.staff_number, asked.display_name)
        made = Person(
            **asked.model_dump(exclude={"password", "skills"}),
            password_hash=person.hash_password(asked.password),
        )
        session.add(made)
        session.flush()
        skill.replace(session, asked.username, asked.skills)
        act.record(session, department=asked.department, roles=asked.roles)
        return view(session, means, caller, made), made.revision

    return post(act, work)


@router.patch(
    "/{username}",
    operation_id="change_person",
    response_model=PersonView,
    responses={
        **for_staff(
            *CHANGE_CODES,
            "person_not_found",
            "staff_number_taken",
            "department_not_found",
            "skills_unknown",
            "administrator_last",
        ),
        **example(200, EXAMPLE),
    },
)
def change_person(
    username: str,
    asked: PersonChange,
    caller: Administrator,
    means: MeansHere,
    if_match: IfMatch = None,
) -> Response:
    """Change what is kept of a person; it holds from their next request on."""
    act = Act(means, caller, "person_changed", username, asked)

    def work(session: Session) -> tuple[PersonView, int]:
        found = existing(session, username, lock=True)
        revisions.check(if_match, found.revision)
        _check(session, username, asked)
        if found.active and ADMINISTRATOR in found.roles and _loses_administrator(asked):
            check_administrators(session, username)
        given = apply_changes(found, asked, *_FIELDS)
        if "skills" in asked.model_fields_set:
            skill.replace(session, username, asked.skills)
            given.append("skills")
        session.flush()
        department.drop_posts(session, found)
        act.record(session, fields=given, **_told(asked, given))
        return view(session, means, caller, found), found.revision

    return change(act, work)


def check_administrators(session: Session, username: str) -> None:
    """Refuse what would leave nobody to administrate.

    Raises:
        Problem: `administrator_last`.
    """
    if not administrators.others_remain(session, username):
        raise Problem("administrator_last")


def _loses_administrator(asked: PersonChange) -> bool:
    return "roles" in asked.model_fields_set and ADMINISTRATOR not in asked.roles


def _check(session: Session, username: str, asked: NewPerson | PersonChange) -> None:
    given = asked.model_fields_set
    if "department" in given:
        existing_department(session, asked.department)
    if "staff_number" in given and person.has_staff_number(
        session, asked.staff_number, other_than=username
    ):
        raise Problem("staff_number_taken")
    known = {one.code for one in skill.every(session)}
    if unknown := [code for code in asked.skills if code not in known]:
        raise Problem("skills_unknown", skills=unknown)


def _told(asked: PersonChange, given: list[str]) -> dict[str, object]:
    """Return what the record says beyond names of fields: what rights come from."""
    return {name: getattr(asked, name) for name in ("department", "roles") if name in given}
