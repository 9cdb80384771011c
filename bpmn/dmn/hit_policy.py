"""What the matching rules of a table are worth together (命中策略)."""

from collections.abc import Callable
from typing import Any

from bpmn.dmn.nodes import DecisionTable
from bpmn.feel.builtins.lists import same
from bpmn.feel.builtins.registry import BUILTINS
from bpmn.feel.frame import Frame
from bpmn.feel.interpreter import run
from bpmn.feel.invocation import invoke

_AGGREGATIONS = {"SUM": "sum", "MIN": "min", "MAX": "max", "COUNT": "count"}


def _unique(table: DecisionTable, frame: Frame, values: list[Any]) -> Any:
    if len(values) > 1:
        return frame.run.warn("several_rules_match", table=table.id)
    return values[0]


def _any(table: DecisionTable, frame: Frame, values: list[Any]) -> Any:
    if not all(same(value, values[0]) for value in values):
        return frame.run.warn("rules_disagree", table=table.id)
    return values[0]


def _first(table: DecisionTable, frame: Frame, values: list[Any]) -> Any:
    del table, frame
    return values[0]


def _rule_order(table: DecisionTable, frame: Frame, values: list[Any]) -> Any:
    del table, frame
    return values


def _collect(table: DecisionTable, frame: Frame, values: list[Any]) -> Any:
    name = _AGGREGATIONS.get(table.aggregation)
    return values if name is None else invoke(frame, BUILTINS[name], [values])


def _output_order(table: DecisionTable, frame: Frame, values: list[Any]) -> Any:
    ranks = [run(clause.values, frame) if clause.values else [] for clause in table.outputs]
    names = [clause.name for clause in table.outputs]

    def rank(value: Any) -> list[int]:
        parts = [value] if len(names) == 1 else [value.get(name) for name in names]
        return [_place(part, order) for part, order in zip(parts, ranks, strict=True)]

    return sorted(values, key=rank)


def _place(value: Any, order: list[Any]) -> int:
    return next((n for n, one in enumerate(order) if same(one, value)), len(order))


def _priority(table: DecisionTable, frame: Frame, values: list[Any]) -> Any:
    return _output_order(table, frame, values)[0]


HIT_POLICIES: dict[str, Callable[[DecisionTable, Frame, list[Any]], Any]] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "FIRST": _first,
    "PRIORITY": _priority,
    "COLLECT": _collect,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
}
"""One function per hit policy, given the outputs of the rules that matched (never none)."""
