"""`/api/skills`: what people can, and which feedback asks for it (技能)."""

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
from api.people import Administrator, Code, Reader
from api.permissions import Allowed
from api.problem import Problem
from api.revisions import IfMatch
from api.staff_acts import CHANGE_CODES, POST_CODES, Act, apply_changes, change, post, shown
from api.texts import Line
from models import skill
from models.skill import Skill

router = APIRouter(prefix="/api/skills", tags=["people"])
Categories = Annotated[list[Code], Field(max_length=50)]


class SkillView(BaseModel):
    """A skill (技能) and the categories of feedback that it is good for."""

    code: str
    name_zh: str
    name_en: str
    categories: list[str]


class Skills(BaseModel):
    """All skills by code."""

    items: list[SkillView]


class NewSkill(BaseModel):
    """A new skill."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "power",
                    "name_zh": "电源维修",
                    "name_en": "Power supplies",
                    "categories": ["hardware"],
                }
            ]
        },
    )

    code: Code
    name_zh: Line
    name_en: Line
    categories: Categories = Field(default_factory=list)


class SkillChange(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"categories": ["hardware", "battery"]}]}
    )

    name_zh: Line = ""
    name_en: Line = ""
    categories: Categories = Field(default_factory=list)


EXAMPLE: dict[str, Any] = {
    "code": "power",
    "name_zh": "电源维修",
    "name_en": "Power supplies",
    "categories": ["hardware"],
}


@router.get(
    "",
    operation_id="list_skills",
    responses={**for_staff(), **example(200, {"items": [EXAMPLE]})},
    dependencies=[Depends(Allowed("person.read"))],
)
def list_skills(means: MeansHere) -> Skills:
    """Return all skills; who has which stands with the people."""
    with Session(means.engine) as session:
        return Skills(items=[_view(one) for one in skill.every(session)])


@router.get(
    "/{code}",
    operation_id="get_skill",
    response_model=SkillView,
    responses={**for_staff("fields_invalid", "skill_not_found"), **example(200, EXAMPLE)},
)
def get_skill(code: str, _caller: Reader, means: MeansHere) -> Response:
    """Return a skill; its ETag is for If-Match."""
    with Session(means.engine) as session:
        found = _existing(session, code)
        return shown(_view(found), found.revision)


@router.post(
    "",
    status_code=201,
    operation_id="create_skill",
    response_model=SkillView,
    responses={**for_staff(*POST_CODES, "skill_exists"), **example(201, EXAMPLE)},
)
def create_skill(
    asked: NewSkill, caller: Administrator, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Make a skill."""
    act = Act(means, caller, "skill_created", asked.code, asked, key)

    def work(session: Session) -> tuple[SkillView, int]:
        if skill.find(session, asked.code) is not None:
            raise Problem("skill_exists", skill=asked.code)
        made = Skill(**asked.model_dump())
        session.add(made)
        act.record(session)
        return _view(made), made.revision

    return post(act, work)


@router.patch(
    "/{code}",
    operation_id="change_skill",
    response_model=SkillView,
    responses={**for_staff(*CHANGE_CODES, "skill_not_found"), **example(200, EXAMPLE)},
)
def change_skill(
    code: str,
    asked: SkillChange,
    caller: Administrator,
    means: MeansHere,
    if_match: IfMatch = None,
) -> Response:
    """Change the names of a skill, or what it is good for."""
    act = Act(means, caller, "skill_changed", code, asked)

    def work(session: Session) -> tuple[SkillView, int]:
        found = _existing(session, code, lock=True)
        revisions.check(if_match, found.revision)
        given = apply_changes(found, asked, "name_zh", "name_en", "categories")
        act.record(session, fields=given)
        return _view(found), found.revision

    return change(act, work)


def _existing(session: Session, code: str, *, lock: bool = False) -> Skill:
    found = skill.find(session, code, lock=lock)
    if found is None:
        raise Problem("skill_not_found", skill=code)
    return found


def _view(found: Skill) -> SkillView:
    return SkillView(**found.model_dump(include=set(SkillView.model_fields)))
