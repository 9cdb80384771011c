"""DMN's own constructs as nodes beside FEEL's, so that one interpreter runs both (框式表达式)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bpmn.feel.syntax import Node
from bpmn.feel.type_names import FeelType


@dataclass(frozen=True, slots=True)
class Broken(Node):
    """A text that is no FEEL: null and a warning."""

    element: str
    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Typed(Node):
    """An expression whose value must fit a type."""

    node: Node
    type: FeelType


@dataclass(frozen=True, slots=True)
class BoxedContext(Node):
    """Entries that see those before them; `result`, when there, is what the whole is worth."""

    entries: tuple[tuple[str, Node], ...]
    result: Node | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """An output column: its name, its default and its values from the best to the worst."""

    name: str
    default: Node | None = None
    values: Node | None = None
    type: FeelType | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """An input column: the expression and what it is called in the record of a decision."""

    label: str
    expression: Node


Check = Callable[[Any], bool | None]
"""Whether a value passes a cell; None when only the interpreter can tell, which then also warns."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of a decision table (规则); `checks` stand beside the tests that are plain."""

    id: str
    tests: tuple[Node, ...]
    outputs: tuple[Node, ...]
    checks: tuple[Check | None, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DecisionTable(Node):
    """A decision table (决策表); hit policy and aggregation in DMN's own words."""

    id: str
    hit_policy: str
    aggregation: str
    inputs: tuple[Column, ...]
    outputs: tuple[Clause, ...]
    rules: tuple[Rule, ...]
