"""Limits held against their laws (期限上限): decision tables may not promise too much time."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from bpmn.clock import TimerError, parse_duration
from bpmn.dmn.nodes import DecisionTable, Typed
from bpmn.feel.syntax import Literal, Name, Path
from bpmn.lint.finding import Finding
from bpmn.lint.trees import constant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpmn.feel.syntax import Node
    from bpmn.lint.finding import Known, Law
    from bpmn.model import Definition

_DAYS_A_MONTH = 30
_SECONDS_A_DAY = 86_400
_PLUS = "+"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def limits_keep_the_law(definition: Definition, known: Known) -> Iterator[Finding]:
    """No limit goes beyond its law, and each is written out so that one can tell."""
    bound = {law.output for law in known.laws}
    for law in known.laws:
        model = definition.decisions.get(law.decision)
        decision = model.decisions.get(law.decision) if model else None
        table = decision.logic if decision else None
        while isinstance(table, Typed):
            table = table.node
        if model is None or decision is None or not isinstance(table, DecisionTable):
            continue
        for cell in _cells(table, law.output):
            if code := _breach(law, cell, bound):
                said = f"{law.output}: {_said(cell)} ({law.least or ''} .. {law.most or ''})"
                yield Finding(code, "", decision.id, decision.name, decision.line, said, model.name)


def _cells(table: DecisionTable, output: str) -> Iterator[Node]:
    """Yield what a column says in each rule; of columns joined by `+` their sum."""
    if _PLUS in output:
        yield from map(_sum, zip(*(_cells(table, one) for one in output.split(_PLUS)), strict=True))
        return
    for number, clause in enumerate(table.outputs):
        if clause.name != output and len(table.outputs) > 1:
            continue
        yield from (rule.outputs[number] for rule in table.rules if number < len(rule.outputs))
        if clause.default is not None:
            yield clause.default


def _sum(cells: Iterable[Node]) -> Node:
    """Return the sum as if it stood there; a word where it cannot be told, which is no measure."""
    written = [constant(cell) for cell in cells]
    numbers = [one for one in written if isinstance(one, Decimal)]
    return Literal(sum(numbers, Decimal()) if len(numbers) == len(written) else "?")


def _breach(law: Law, cell: Node, bound: set[str]) -> str:
    if isinstance(cell, Path) and isinstance(cell.base, Name) and cell.name in bound:
        # It takes another limit, which has a law of its own.
        return ""
    written = constant(cell)
    if written is None:
        return "" if cell == Literal(None) else "limit_not_constant"
    value = _measure(written)
    if value is None:
        return "limit_invalid"
    least, most = _measure(law.least), _measure(law.most)
    beyond = (least is not None and value < least) or (most is not None and value > most)
    return "limit_beyond_law" if beyond else ""


def _measure(value: object) -> Decimal | None:
    """Return a number as it is and a duration in seconds, a month as thirty days."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        return None
    if _NUMBER.fullmatch(value):
        return Decimal(value)
    try:
        found = parse_duration(value)
    except TimerError:
        return None
    days = found.months * _DAYS_A_MONTH + found.days
    return Decimal(days * _SECONDS_A_DAY) + Decimal(str(found.time.total_seconds()))


def _said(cell: Node) -> str:
    written = constant(cell)
    return "?" if written is None else str(written)
