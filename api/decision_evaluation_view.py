"""What became of the evaluation of a decision, as Camunda 8 shows it (决策结果视图)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activities.decision_trace import DecisionStep
from api.paging import Shape
from api.user_task_view import TENANT
from bpmn.dmn.nodes import DecisionTable
from models.database import compact_json
from models.decision_definition import DecisionDefinition


class EvaluatedInput(Shape):
    """An input column of a table; `inputId` is its place from 1."""

    input_id: str
    input_name: str
    input_value: str


class EvaluatedOutput(Shape):
    """What a rule brought for an output column; `outputId` is its place from 1."""

    output_id: str
    output_name: str
    output_value: str
    rule_id: str
    rule_index: int


class MatchedRuleView(Shape):
    """A rule that matched, by its place from 1."""

    rule_id: str
    rule_index: int
    evaluated_outputs: list[EvaluatedOutput]


class EvaluatedDecision(Shape):
    """A decision that was made on the way."""

    decision_definition_id: str
    decision_definition_name: str
    decision_definition_version: int
    decision_definition_key: str
    decision_definition_type: str
    decision_evaluation_instance_key: str
    output: str
    tenant_id: str = TENANT
    matched_rules: list[MatchedRuleView]
    evaluated_inputs: list[EvaluatedInput]


class WarningView(Shape):
    """What an expression could not do and answered null for; `data` names, it holds no values."""

    code: str
    data: dict[str, Any]


class EvaluatedDecisions(Shape):
    """The outcome in the shape of Camunda 8.8, values as JSON text; `warnings` is ours."""

    decision_evaluation_key: str
    decision_instance_key: str
    decision_definition_id: str
    decision_definition_name: str
    decision_definition_version: int
    decision_definition_key: str
    decision_requirements_id: str
    decision_requirements_key: str
    output: str
    failed_decision_definition_id: str | None = None
    failure_message: str | None = None
    tenant_id: str = TENANT
    evaluated_decisions: list[EvaluatedDecision]
    warnings: list[WarningView]


_DECISION = {
    "decisionDefinitionId": "department",
    "decisionDefinitionName": "责任部门",
    "decisionDefinitionVersion": 1,
    "decisionDefinitionKey": "4194304",
    "tenantId": TENANT,
}
EXAMPLE: Mapping[str, Any] = {
    **_DECISION,
    "decisionEvaluationKey": "5242880",
    "decisionInstanceKey": "5242880",
    "decisionRequirementsId": "assignment",
    "decisionRequirementsKey": "3145728",
    "output": '"technical"',
    "failedDecisionDefinitionId": None,
    "failureMessage": None,
    "evaluatedDecisions": [
        {
            **_DECISION,
            "decisionDefinitionType": "DECISION_TABLE",
            "decisionEvaluationInstanceKey": "5242880-1",
            "output": '"technical"',
            "matchedRules": [
                {
                    "ruleId": "repair",
                    "ruleIndex": 1,
                    "evaluatedOutputs": [
                        {
                            "outputId": "1",
                            "outputName": "department",
                            "outputValue": '"technical"',
                            "ruleId": "repair",
                            "ruleIndex": 1,
                        }
                    ],
                }
            ],
            "evaluatedInputs": [{"inputId": "1", "inputName": "type", "inputValue": '"repair"'}],
        }
    ],
    "warnings": [],
}


class StepViews:
    """Shows the steps of one evaluation, with the versions of the decisions by id."""

    def __init__(self, key: str, known: Mapping[str, DecisionDefinition]) -> None:
        self.key = key
        self._known = known

    def of(self, place: int, one: DecisionStep) -> EvaluatedDecision:
        """Return a step by its place from 1."""
        known = self._known.get(one.decision.id)
        table = isinstance(one.decision.logic, DecisionTable)
        return EvaluatedDecision(
            decision_definition_id=one.decision.id,
            decision_definition_name=one.decision.name,
            decision_definition_version=known.version if known else 0,
            decision_definition_key=str(known.key) if known else "0",
            decision_definition_type="DECISION_TABLE" if table else "LITERAL_EXPRESSION",
            decision_evaluation_instance_key=f"{self.key}-{place}",
            output=compact_json(one.value),
            matched_rules=_rules(one),
            evaluated_inputs=_inputs(one),
        )


def _inputs(one: DecisionStep) -> list[EvaluatedInput]:
    return [
        EvaluatedInput(input_id=str(place), input_name=name, input_value=compact_json(value))
        for place, (name, value) in enumerate(one.inputs.items(), 1)
    ]


def _rules(one: DecisionStep) -> list[MatchedRuleView]:
    return [
        MatchedRuleView(
            rule_id=rule.id,
            rule_index=rule.index,
            evaluated_outputs=[
                EvaluatedOutput(
                    output_id=str(place),
                    output_name=name,
                    output_value=compact_json(value),
                    rule_id=rule.id,
                    rule_index=rule.index,
                )
                for place, (name, value) in enumerate(rule.outputs.items(), 1)
            ],
        )
        for rule in one.rules
    ]
