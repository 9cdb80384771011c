"""The syntax tree of FEEL: frozen nodes, one class per construct (语法树)."""

from dataclasses import dataclass
from typing import Any

from bpmn.feel.type_names import FeelType


class Node:
    """Any expression."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value written out: number, string, true, false, null or `@"..."`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable or function by name."""

    name: str


@dataclass(frozen=True, slots=True)
class ListNode(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextNode(Node):
    """`{a: 1, "b": 2}`."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeNode(Node):
    """`[a..b)`."""

    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class UnaryComparison(Node):
    """`< 10`: a test of the input, or the range of all that pass it."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """`-a`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`a + b` and the other operators of numbers, strings and times."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`a < b`, `a = b`, `a != b` ..."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`a and b`, `a or b` in three values."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`a between b and c`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`a in (tests)`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`a instance of type`."""

    value: Node
    type: FeelType


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`a.b`."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`a[b]`; a strict one, as DMN draws it, is null when the condition is no boolean."""

    base: Node
    condition: Node
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`f(a, b)` or `f(x: a, y: b)`; `names` is empty for positional arguments."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if a then b else c`; a strict one is null when the condition is no boolean."""

    condition: Node
    then: Node
    otherwise: Node
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """`x in list` or `x in start..end` of for, some and every."""

    name: str
    start: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for x in a, y in b return c`; `partial`: the body looks at the results so far."""

    iterators: tuple[Iterator, ...]
    body: Node
    partial: bool


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some x in a satisfies b`, `every ...`."""

    every: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class FunctionNode(Node):
    """`function(a: number, b) body`; an external body is None, nothing of it ever runs."""

    parameters: tuple[tuple[str, FeelType | None], ...]
    body: Node | None


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """A cell of a decision table: tests of which one must hold; none at all is `-`.

    `asking` tells for each test whether it names the input `?` itself.
    """

    tests: tuple[Node, ...]
    asking: tuple[bool, ...] = ()
    negated: bool = False
