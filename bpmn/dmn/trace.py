"""What a decision leaves behind for the audit: inputs and the rules that matched (决策记录)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bpmn.dmn.nodes import Rule
from bpmn.feel.frame import Run
from bpmn.feel.type_names import FeelType


class DecisionRun(Run):
    """An evaluation that notes, for each decision table, what went in and which rules matched."""

    __slots__ = ("inputs", "matched")

    def __init__(self, now: datetime, budget: int, types: Mapping[str, FeelType]) -> None:
        super().__init__(now, budget, types)
        self.inputs: dict[str, dict[str, Any]] = {}
        self.matched: dict[str, tuple[str, ...]] = {}

    def record(self, table: str, rules: Sequence[Rule], inputs: dict[str, Any]) -> None:
        """Note one run of a table; the last run of a table stands."""
        self.inputs[table] = inputs
        self.matched[table] = tuple(rule.id for rule in rules)
