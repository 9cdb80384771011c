"""A decision evaluated with all that it requires, each step told (决策过程)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bpmn.dmn import find_decision
from bpmn.dmn.nodes import DecisionTable
from bpmn.dmn.session import Session
from bpmn.dmn.trace import DecisionRun
from bpmn.feel.evaluation import BUDGET
from bpmn.feel.frame import JsonNames
from bpmn.feel.result import BudgetExceededError
from bpmn.feel.values import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from bpmn.dmn import Decision, DecisionModel
    from bpmn.feel.result import FeelWarning

# Table policies whose value is the output of every rule that matched, or the list of all of them.
_SAME = ("UNIQUE", "ANY", "FIRST")


class DecisionFailedError(Exception):
    """The decision takes more steps than it may, or requires itself too deep."""


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A rule of a table that matched: its place from 1 and what it brought, by output name."""

    id: str
    index: int
    outputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DecisionStep:
    """One decision that was made on the way, values as JSON; `inputs` and `rules` of a table."""

    decision: Decision
    value: Any
    inputs: Mapping[str, Any] = field(default_factory=dict)
    rules: Sequence[MatchedRule] = ()


@dataclass(frozen=True, slots=True)
class DecisionTrace:
    """What was decided in the end, the steps in the order of their making, what was odd."""

    steps: Sequence[DecisionStep]
    warnings: Sequence[FeelWarning]

    @property
    def value(self) -> Any:
        """Return what the decision asked for came to."""
        return self.steps[-1].value


def trace(
    models: Mapping[str, DecisionModel],
    decision_id: str,
    variables: Mapping[str, Any],
    *,
    now: datetime,
    budget: int = BUDGET,
) -> DecisionTrace:
    """Decide as `bpmn.dmn.evaluate_decision` does, and tell each decision of the same file.

    Raises:
        DmnError: there is no such decision.
        DecisionFailedError: no steps were left.
    """
    model, decision = find_decision(models, decision_id)
    others = {one.namespace: one for one in models.values()}
    run = DecisionRun(now, budget, _types(model, others))
    session = Session(model, run, JsonNames(variables), others)
    try:
        # Each is decided once in a session, whoever requires it afterwards.
        made = [(one, session.decide(one)) for one in _required(model, decision, {})]
    except (BudgetExceededError, RecursionError):
        raise DecisionFailedError from None
    return DecisionTrace([_step(run, one, value) for one, value in made], tuple(run.warnings))


def _types(model: DecisionModel, others: Mapping[str, DecisionModel]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for namespace, prefix in model.imports.items():
        imported = others[namespace].types if namespace in others else {}
        found |= imported
        found |= {f"{prefix}.{name}": wanted for name, wanted in imported.items() if prefix}
    return found | dict(model.types)


def _required(
    model: DecisionModel, decision: Decision, known: dict[str, None]
) -> Iterator[Decision]:
    """Yield the decisions of a file that one requires, innermost first, and then itself."""
    known[decision.id] = None
    for reference in decision.requirements.decisions:
        required = model.decisions.get(reference)
        if required is not None and required.id not in known:
            yield from _required(model, required, known)
    yield decision


def _step(run: DecisionRun, decision: Decision, value: Any) -> DecisionStep:
    plain, table = to_json(value), decision.logic
    if not isinstance(table, DecisionTable):
        return DecisionStep(decision, plain)
    inputs = to_json(run.inputs.get(table.id, {}))
    matched = run.matched.get(table.id, ())
    places = {rule.id: place for place, rule in enumerate(table.rules, 1)}
    rows = _rows(table, plain, len(matched))
    rules = [
        MatchedRule(rule, places.get(rule, 0), _named(table, decision, row))
        for rule, row in zip(matched, rows, strict=True)
    ]
    return DecisionStep(decision, plain, inputs, rules)


def _rows(table: DecisionTable, value: Any, matched: int) -> list[Any]:
    """Return what each rule brought, as far as the value of the whole tells; else nothing."""
    if matched == 1 and table.hit_policy == "PRIORITY":
        return [value]
    if table.hit_policy in _SAME:
        return [value] * matched
    listed = table.hit_policy == "RULE ORDER" or (
        table.hit_policy == "COLLECT" and not table.aggregation
    )
    if listed and isinstance(value, list) and len(value) == matched:
        return list(value)
    return [None] * matched


def _named(table: DecisionTable, decision: Decision, row: Any) -> dict[str, Any]:
    if row is None:
        return {}
    if len(table.outputs) == 1:
        return {table.outputs[0].name or decision.variable: row}
    return dict(row) if isinstance(row, dict) else {}
