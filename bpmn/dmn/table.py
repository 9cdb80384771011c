"""Running DMN's own nodes: tables, contexts, typed and broken expressions (决策表求值)."""

from decimal import Decimal
from itertools import islice
from typing import Any

from bpmn.dmn.hit_policy import HIT_POLICIES
from bpmn.dmn.nodes import BoxedContext, Broken, Check, DecisionTable, Rule, Typed
from bpmn.dmn.trace import DecisionRun
from bpmn.feel.coercion import fit
from bpmn.feel.entries import evaluated
from bpmn.feel.frame import Frame
from bpmn.feel.interpreter import handles, run
from bpmn.feel.syntax import Node


@handles(DecisionTable)
def _table(table: DecisionTable, frame: Frame) -> Any:
    inputs = [run(column.expression, frame) for column in table.inputs]
    asked = _Asked(frame, inputs)
    found = (rule for rule in table.rules if asked.matches(rule))
    matching = list(islice(found, 1) if table.hit_policy == "FIRST" else found)
    if isinstance(frame.run, DecisionRun):
        labels = [column.label for column in table.inputs]
        frame.run.record(table.id, matching, dict(zip(labels, inputs, strict=True)))
    if not matching:
        return _default(table, frame)
    policy = HIT_POLICIES.get(table.hit_policy)
    if policy is None:
        return frame.run.warn("unknown_hit_policy", table=table.id)
    return policy(table, frame, [_output(table, frame, rule.outputs) for rule in matching])


class _Asked:
    """One question to a table: its inputs, and what the cells have said to them so far."""

    def __init__(self, frame: Frame, inputs: list[Any]) -> None:
        self._inputs = inputs
        self._frames = [frame.child({"?": value, "cellInput": value}) for value in inputs]
        # Cells of one text are one node, and say the same to the same input.
        self._said: list[dict[int, bool]] = [{} for _ in inputs]

    def matches(self, rule: Rule) -> bool:
        """Whether every cell of a rule lets its input pass."""
        columns = zip(self._said, rule.tests, rule.checks, self._inputs, self._frames, strict=False)
        for said, test, check, value, frame in columns:
            passed = said.get(id(test))
            if passed is None:
                passed = said[id(test)] = _passes(test, check, value, frame)
            if not passed:
                return False
        return True


def _passes(test: Node, check: Check | None, value: Any, frame: Frame) -> bool:
    passed = None
    if check is not None:
        frame.run.charge(1)
        passed = check(value)
    return run(test, frame) is True if passed is None else passed


def _output(table: DecisionTable, frame: Frame, nodes: tuple[Node | None, ...]) -> Any:
    values = []
    for clause, node in zip(table.outputs, nodes, strict=False):
        value = None if node is None else run(node, frame)
        values.append(value if clause.type is None else fit(frame, value, clause.type))
    if len(table.outputs) == 1:
        return values[0] if values else None
    return dict(zip((clause.name for clause in table.outputs), values, strict=False))


def _default(table: DecisionTable, frame: Frame) -> Any:
    if any(clause.default is not None for clause in table.outputs):
        value = _output(table, frame, tuple(clause.default for clause in table.outputs))
        listed = table.hit_policy in ("RULE ORDER", "OUTPUT ORDER") or (
            table.hit_policy == "COLLECT" and not table.aggregation
        )
        return [value] if listed and not isinstance(value, list) else value
    if table.hit_policy == "COLLECT" and table.aggregation == "COUNT":
        return Decimal(0)
    return frame.run.warn("no_rule_matches", table=table.id)


@handles(BoxedContext)
def _context(node: BoxedContext, frame: Frame) -> Any:
    values, inner = evaluated(node.entries, frame)
    frame.run.charge_for(values)
    return values if node.result is None else run(node.result, inner)


@handles(Typed)
def _typed(node: Typed, frame: Frame) -> Any:
    return fit(frame, run(node.node, frame), node.type)


@handles(Broken)
def _broken(node: Broken, frame: Frame) -> None:
    frame.run.warn("syntax_error", element=node.element, position=node.position, reason=node.reason)
