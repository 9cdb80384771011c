"""`/api/departments`: departments, their heads and deputies (部门)."""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from api import revisions
from api.answers import example, for_staff
from api.authentication import Caller
from api.idempotency import KeyHeader
from api.means import Means, MeansHere
from api.moments import Moment
from api.people import Administrator, Code, Reader, Username
from api.permissions import Allowed, may
from api.problem import FieldError, Problem
from api.relation import Relation
from api.revisions import IfMatch
from api.staff_acts import CHANGE_CODES, POST_CODES, Act, apply_changes, change, post, shown
from api.texts import Line
from models import department, deputy, person
from models.department import Department
from models.deputy import Deputy

router = APIRouter(prefix="/api/departments", tags=["people"])
Appointer = Annotated[Caller, Depends(Allowed("department.deputise"))]


class DeputyShape(BaseModel):
    """A deputy; with `acting_from` declared acting head, beside the head, until `acting_until`."""

    model_config = ConfigDict(extra="forbid")

    username: Username
    acting_from: Moment | None = None
    acting_until: Moment | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.acting_until is None:
            return self
        if self.acting_from is None or self.acting_until <= self.acting_from:
            raise FieldError("acting_until_too_early")
        return self


class DepartmentView(BaseModel):
    """A department (部门); `acting_heads` decide for it at this moment."""

    code: str
    name_zh: str
    name_en: str
    head: str | None
    deputies: list[DeputyShape]
    acting_heads: list[str]


class Departments(BaseModel):
    """All departments by code."""

    items: list[DepartmentView]


class NewDepartment(BaseModel):
    """A new department."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"code": "field", "name_zh": "外勤部", "name_en": "Field"}]
        },
    )

    code: Code
    name_zh: Line
    name_en: Line


class DepartmentChange(BaseModel):
    """What is to change; the head must be active, in the department, and have the role `head`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"head": "zhaolei"}]})

    name_zh: Line = ""
    name_en: Line = ""
    head: Username | None = None


class Deputies(BaseModel):
    """All deputies of a department; whoever is not named is none any more."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"deputies": [{"username": "liyang"}]}]}
    )

    deputies: Annotated[list[DeputyShape], Field(max_length=10)]


EXAMPLE: dict[str, Any] = {
    "code": "technical",
    "name_zh": "技术部",
    "name_en": "Technical",
    "head": "zhaolei",
    "deputies": [{"username": "liyang", "acting_from": None, "acting_until": None}],
    "acting_heads": ["zhaolei"],
}


@router.get(
    "",
    operation_id="list_departments",
    responses={**for_staff(), **example(200, {"items": [EXAMPLE]})},
    dependencies=[Depends(Allowed("person.read"))],
)
def list_departments(means: MeansHere) -> Departments:
    """Return all departments."""
    with Session(means.engine) as session:
        found = department.every(session)
        return Departments(items=[_view(session, means, one) for one in found])


@router.get(
    "/{code}",
    operation_id="get_department",
    response_model=DepartmentView,
    responses={**for_staff("fields_invalid", "department_not_found"), **example(200, EXAMPLE)},
)
def get_department(code: str, _caller: Reader, means: MeansHere) -> Response:
    """Return a department; its ETag is for If-Match."""
    with Session(means.engine) as session:
        found = _existing(session, code)
        return shown(_view(session, means, found), found.revision)


@router.post(
    "",
    status_code=201,
    operation_id="create_department",
    response_model=DepartmentView,
    responses={**for_staff(*POST_CODES, "department_exists"), **example(201, EXAMPLE)},
)
def create_department(
    asked: NewDepartment, caller: Administrator, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Make a department; its candidate groups are `<code>` and `<code>.head`."""
    act = Act(means, caller, "department_created", asked.code, asked, key)

    def work(session: Session) -> tuple[DepartmentView, int]:
        if department.find(session, asked.code) is not None:
            raise Problem("department_exists", department=asked.code)
        made = Department(**asked.model_dump())
        session.add(made)
        session.flush()
        act.record(session)
        return _view(session, means, made), made.revision

    return post(act, work)


@router.patch(
    "/{code}",
    operation_id="change_department",
    response_model=DepartmentView,
    responses={
        **for_staff(*CHANGE_CODES, "department_not_found", "head_unfit"),
        **example(200, EXAMPLE),
    },
)
def change_department(
    code: str,
    asked: DepartmentChange,
    caller: Administrator,
    means: MeansHere,
    if_match: IfMatch = None,
) -> Response:
    """Change the names of a department, or who heads it."""
    act = Act(means, caller, "department_changed", code, asked)

    def work(session: Session) -> tuple[DepartmentView, int]:
        found = _existing(session, code, lock=True)
        revisions.check(if_match, found.revision)
        if asked.head is not None and asked.head not in department.heads(session, code):
            raise Problem("head_unfit", username=asked.head)
        given = apply_changes(found, asked, "name_zh", "name_en", "head")
        act.record(session, fields=given)
        session.flush()
        return _view(session, means, found), found.revision

    return change(act, work)


@router.put(
    "/{code}/deputies",
    operation_id="set_deputies",
    response_model=DepartmentView,
    responses={
        **for_staff(
            *CHANGE_CODES, "department_not_found", "department_not_yours", "deputy_not_member"
        ),
        **example(200, EXAMPLE),
    },
)
def set_deputies(
    code: str, asked: Deputies, caller: Appointer, means: MeansHere, if_match: IfMatch = None
) -> Response:
    """Name the deputies, of one's own department or as administrator of any."""
    act = Act(means, caller, "deputies_set", code, asked)

    def work(session: Session) -> tuple[DepartmentView, int]:
        found = _existing(session, code, lock=True)
        if not _appoints(session, caller, code):
            raise Problem("department_not_yours", department=caller.department)
        revisions.check(if_match, found.revision)
        named = {one.username: one for one in asked.deputies}
        _check_members(session, code, list(named))
        deputies = [Deputy(department=code, **one.model_dump()) for one in named.values()]
        deputy.replace(session, code, deputies)
        found.revision += 1
        act.record(session, deputies=list(named))
        session.flush()
        return _view(session, means, found), found.revision

    return change(act, work)


def _existing(session: Session, code: str, *, lock: bool = False) -> Department:
    found = department.find(session, code, lock=lock)
    if found is None:
        raise Problem("department_not_found", department=code)
    return found


def _appoints(session: Session, caller: Caller, code: str) -> bool:
    """Say whether somebody names deputies here: a head, but no deputy, who could stay for good."""
    if may(caller, "department.deputise", Relation.ANY):
        return True
    return caller.username in department.heads(session, code)


def _check_members(session: Session, code: str, usernames: list[str]) -> None:
    for name in usernames:
        found = person.find(session, name)
        if found is None or not found.active or found.department != code:
            raise Problem("deputy_not_member", username=name)


def _view(session: Session, means: Means, found: Department) -> DepartmentView:
    return DepartmentView(
        code=found.code,
        name_zh=found.name_zh,
        name_en=found.name_en,
        head=found.head,
        deputies=[
            DeputyShape(
                username=one.username,
                acting_from=one.acting_from,
                acting_until=one.acting_until,
            )
            for one in deputy.of_department(session, found.code)
        ],
        acting_heads=department.acting_heads(session, found.code, means.now()),
    )
