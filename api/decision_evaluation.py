"""`POST /v2/decision-definitions/evaluation`: a decision is tried on given variables (决策求值)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from fastapi import APIRouter, Depends
from pydantic import Field, model_validator
from sqlalchemy.orm import Session

from activities.decision_trace import DecisionFailedError, DecisionTrace, trace
from api.answers import example, for_staff
from api.conditions import Word
from api.decision_evaluation_view import EXAMPLE, EvaluatedDecisions, StepViews, WarningView
from api.given_variables import check_variables
from api.keys import Key
from api.means import Means, MeansHere
from api.paging import Shape
from api.permissions import Allowed
from api.problem import FieldError, Problem
from models import decision_definition, decision_requirements, process_instance
from models.database import compact_json
from models.decision_definition import DecisionDefinition

router = APIRouter(prefix="/v2/decision-definitions", tags=["decision definitions"])


class DecisionEvaluation(Shape):
    """Which decision, by key or by id (its newest version), and what it may look at."""

    decision_definition_key: Key | None = None
    decision_definition_id: Word | None = None
    variables: dict[str, Any] = Field(default_factory=dict)
    tenant_id: Literal["<default>"] = "<default>"

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.decision_definition_key is None) == (self.decision_definition_id is None):
            raise FieldError("key_or_id")
        return self


@router.post(
    "/evaluation",
    operation_id="evaluate_decision",
    responses={
        **for_staff(
            "body_malformed",
            "request_invalid",
            "body_too_large",
            "variables_invalid",
            "decision_definition_not_found",
            "decision_evaluation_failed",
        ),
        **example(200, EXAMPLE),
    },
    dependencies=[Depends(Allowed("decision.evaluate"))],
)
def evaluate_decision(asked: DecisionEvaluation, means: MeansHere) -> EvaluatedDecisions:
    """Evaluate a decision and those that it requires; nothing of it is kept."""
    check_variables(asked.variables)
    with Session(means.engine) as session:
        found = decision_definition.find(
            session, key=asked.decision_definition_key, decision_id=asked.decision_definition_id
        )
        if found is None:
            named = str(asked.decision_definition_key or asked.decision_definition_id)
            raise Problem("decision_definition_not_found", key=named)
        file = decision_requirements.find(session, found.requirements_key)
        together = decision_definition.of_requirements(session, found.requirements_key)
        key = process_instance.next_key(session)
        told = StepViews(str(key), {one.decision_id: one for one in together})
    traced = _trace(means, found, asked.variables)
    return EvaluatedDecisions(
        decision_evaluation_key=told.key,
        decision_instance_key=told.key,
        decision_definition_id=found.decision_id,
        decision_definition_name=found.name,
        decision_definition_version=found.version,
        decision_definition_key=str(found.key),
        decision_requirements_id=file.requirements_id if file else "",
        decision_requirements_key=str(found.requirements_key),
        output=compact_json(traced.value),
        evaluated_decisions=[told.of(place, one) for place, one in enumerate(traced.steps, 1)],
        warnings=[WarningView(code=one.code, data=dict(one.data)) for one in traced.warnings],
    )


def _trace(means: Means, found: DecisionDefinition, variables: Mapping[str, Any]) -> DecisionTrace:
    definition = means.definitions.get(found.definition_digest)
    # The decision's own file first: ids are unique in a file only.
    models = {"": definition.decisions[found.decision_id], **definition.models}
    try:
        return trace(models, found.decision_id, variables, now=means.now())
    except DecisionFailedError:
        raise Problem(
            "decision_evaluation_failed", decision=found.decision_id, reason="budget_exceeded"
        ) from None
