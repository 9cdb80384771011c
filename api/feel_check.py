"""`POST /api/feel-check`: an expression read, and tried on sample variables (表达式检查)."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from api.answers import example, for_staff
from api.means import Means, MeansHere
from api.permissions import Allowed
from bpmn import feel
from bpmn.feel.expression import free_names
from bpmn.feel.values import to_json

router = APIRouter(prefix="/api", tags=["definitions"])
MAX_LENGTH = 8_000
# Trying out computes, and the other routes shall go on answering meanwhile.
_ONE = CapacityLimiter(1)
_BUDGET = 20_000


class Asked(BaseModel):
    """An expression as it stands in a drawing, with or without its `=`, or a cell's tests.

    `value` is what the tests of a cell are asked of; without `variables` nothing is evaluated.
    """

    model_config = ConfigDict(extra="forbid")

    expression: Annotated[str, Field(max_length=MAX_LENGTH)]
    unary: bool = False
    variables: dict[str, Any] | None = None
    value: Any = None


class Fault(BaseModel):
    """Why a text is no FEEL: a code, and the character (counted from 0) at which it shows."""

    code: str
    position: int


class Remark(BaseModel):
    """One thing that FEEL could not do and answered null for; it names, it holds no values."""

    code: str
    data: dict[str, Any]


class FeelCheck(BaseModel):
    """What an expression takes from its scope, and its value where variables were given."""

    fault: Fault | None
    names: list[str]
    evaluated: bool
    value: Any
    warnings: list[Remark]


_EXAMPLE = {
    "fault": None,
    "names": ["service_level.acceptance"],
    "evaluated": True,
    "value": "PT2H",
    "warnings": [],
}


@router.post(
    "/feel-check",
    operation_id="check_feel",
    responses={
        **for_staff("fields_invalid", "body_malformed", "body_too_large"),
        **example(200, _EXAMPLE),
    },
    dependencies=[Depends(Allowed("definition.edit"))],
)
async def check_feel(asked: Asked, means: MeansHere) -> FeelCheck:
    """Return where an expression is wrong, or what it comes to; nothing of it is kept."""
    return await to_thread.run_sync(_check, asked, means, limiter=_ONE)


def _check(asked: Asked, means: Means) -> FeelCheck:
    text = asked.expression.removeprefix("=") if not asked.unary else asked.expression
    shift = len(asked.expression) - len(text)
    try:
        parsed = (feel.parse_unary if asked.unary else feel.parse)(text, asked.variables or ())
        names = sorted({*free_names(parsed.node)} - {"?"})
        if asked.variables is None:
            return _told(names)
        return _told(names, _result(text, asked, means))
    except feel.FeelSyntaxError as error:
        return _told([], fault=Fault(code=error.code, position=error.position + shift))


def _result(text: str, asked: Asked, means: Means) -> feel.Result:
    scope = asked.variables or {}
    if asked.unary:
        return feel.unary_test(text, asked.value, scope, now=means.now(), budget=_BUDGET)
    return feel.evaluate(text, scope, now=means.now(), budget=_BUDGET)


def _told(
    names: list[str], result: feel.Result | None = None, fault: Fault | None = None
) -> FeelCheck:
    warnings = result.warnings if result else ()
    return FeelCheck(
        fault=fault,
        names=names,
        evaluated=result is not None,
        value=to_json(result.value) if result else None,
        warnings=[Remark(code=one.code, data=dict(one.data)) for one in warnings],
    )
