"""Evaluating a decision of a model (执行决策)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bpmn.dmn import table
from bpmn.dmn.model import Decision, DecisionModel, DmnError
from bpmn.dmn.nodes import DecisionTable
from bpmn.dmn.session import Session
from bpmn.dmn.trace import DecisionRun
from bpmn.feel.coercion import fit
from bpmn.feel.evaluation import BUDGET, written
from bpmn.feel.frame import Frame, JsonNames
from bpmn.feel.result import BudgetExceededError, FeelWarning
from bpmn.feel.values import from_json, to_python

TABLES = table  # imported so that the interpreter knows DMN's nodes


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """The value of a decision, the ids of the rules that matched and the inputs (决策结果).

    `matched` and `inputs` belong to the decision's own table and are empty without one; `steps`
    is what it took.
    """

    value: Any
    matched: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[FeelWarning, ...] = ()
    steps: int = 0


Models = Mapping[str, DecisionModel] | DecisionModel
"""One model, or several by any name (such as their files'), which may import one another."""


def _all(models: Models) -> list[DecisionModel]:
    return [models] if isinstance(models, DecisionModel) else list(models.values())


def find_decision(models: Models, decision_id: str) -> tuple[DecisionModel, Decision]:
    """The decision of that id, or of that name, and the model it stands in.

    Raises:
        DmnError: there is no such decision (`unknown_decision`).
    """
    for model in _all(models):
        if decision_id in model.decisions:
            return model, model.decisions[decision_id]
        for decision in model.decisions.values():
            if decision.name == decision_id:
                return model, decision
    raise DmnError("unknown_decision", decision_id)


def _imported_types(model: DecisionModel, others: Mapping[str, DecisionModel]) -> dict[str, Any]:
    """The types a model may name: its own, and those of imported ones behind their names."""
    found: dict[str, Any] = {}
    for namespace, prefix in model.imports.items():
        for name, wanted in others[namespace].types.items() if namespace in others else ():
            found |= {name: wanted, f"{prefix}.{name}" if prefix else name: wanted}
    return found | dict(model.types)


def evaluate_decision(
    models: Models,
    decision_id: str,
    scope: Mapping[str, Any],
    *,
    now: datetime,
    budget: int = BUDGET,
) -> DecisionResult:
    """Decide; missing inputs and whatever else goes wrong are null and warnings.

    Raises:
        DmnError: there is no such decision (`unknown_decision`).
    """
    model, decision = find_decision(models, decision_id)
    others = {one.namespace: one for one in _all(models)}
    counter = DecisionRun(now, budget, _imported_types(model, others))
    own = decision.logic.id if isinstance(decision.logic, DecisionTable) else ""
    try:
        value = Session(model, counter, JsonNames(scope), others).decide(decision)
        value = to_python(written(value))
        inputs = to_python(written(counter.inputs.get(own, {})))
    except (BudgetExceededError, RecursionError):
        warnings = (*counter.warnings, FeelWarning("budget_exceeded"))
        return DecisionResult(None, warnings=warnings, steps=budget)
    return DecisionResult(
        value,
        counter.matched.get(own, ()),
        inputs,
        tuple(counter.warnings),
        budget - counter.left,
    )


def evaluate_service(
    model: DecisionModel,
    service_id: str,
    scope: Mapping[str, Any],
    *,
    now: datetime,
    budget: int = BUDGET,
) -> DecisionResult:
    """Call a decision service by id or name with its parameters by name.

    Raises:
        DmnError: there is no such service (`unknown_service`).
    """
    found = [one for one in model.services.values() if service_id in (one.id, one.name)]
    if not found:
        raise DmnError("unknown_service", service_id)
    counter = DecisionRun(now, budget, model.types)
    try:
        function = Session(model, counter, JsonNames(scope)).service(found[0])
        arguments = [from_json(scope.get(one.name)) for one in function.parameters]
        frame = Frame(counter, {})
        value = function.code(frame, *arguments)
        value = value if function.result is None else fit(frame, value, function.result)
        value = to_python(written(value))
    except (BudgetExceededError, RecursionError):
        return DecisionResult(None, warnings=(FeelWarning("budget_exceeded"),))
    return DecisionResult(value, warnings=tuple(counter.warnings))
