"""`POST /api/plan-check`: what a plan or reply lacks or must not say, as one types (方案核对)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from activities.rules_plan import Plan, check
from api.answers import example, for_staff
from api.authentication import Caller
from api.feedback_intake import FeedbackType
from api.permissions import Allowed
from api.texts import Clean

router = APIRouter(prefix="/api/plan-check", tags=["feedback"])
_Text = Annotated[str | None, StringConstraints(max_length=4000), Clean]


class PlanText(BaseModel):
    """What is typed so far; nothing of it is kept (方案草稿)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"type": "repair", "plan": "尽快处理"}]}
    )

    type: FeedbackType | None = None
    plan: _Text = None
    measures: _Text = None
    reply: _Text = None
    estimated_hours: Annotated[float | None, Field(ge=0, le=1000, allow_inf_nan=False)] = None


class PlanFinding(BaseModel):
    """A rule that is broken: by which words, and what to write instead (措辞提示)."""

    field: Literal["plan", "measures", "reply", "estimated_hours"]
    code: str
    found: str | None = None
    advice: str


class PlanFindings(BaseModel):
    """What completing the task would refuse; none for a sound plan."""

    items: list[PlanFinding]


_EXAMPLE = {
    "items": [
        {
            "field": "plan",
            "code": "phrase_vague",
            "found": "尽快处理",
            "advice": "name_step_and_time",
        },
    ]
}


@router.post(
    "",
    operation_id="check_plan",
    responses={
        **for_staff("body_malformed", "fields_invalid", "body_too_large"),
        **example(200, _EXAMPLE),
    },
)
def check_plan(
    told: PlanText, caller: Annotated[Caller, Depends(Allowed("user_task.work"))]
) -> PlanFindings:
    """Hold a plan against the rules that its completion is held against."""
    del caller
    found = check(Plan(**told.model_dump()))
    return PlanFindings(items=[PlanFinding.model_validate(one.to_json()) for one in found])
