"""Decision tables as nodes (读取决策表)."""

from collections.abc import Iterator

from bpmn.dmn.cells import check_of
from bpmn.dmn.nodes import Check, Clause, Column, DecisionTable, Rule
from bpmn.dmn.read_boxed import READERS, Reader
from bpmn.dmn.read_types import child, child_text, children, type_reference
from bpmn.feel.lexer import normalise
from bpmn.feel.syntax import ListNode, Literal, Node, UnaryTests
from bpmn.xml import Node as Element


def read_table(reader: Reader, element: Element) -> DecisionTable:
    """The node of a decision table."""
    return DecisionTable(
        element.get("id"),
        element.get("hitPolicy", "UNIQUE"),
        element.get("aggregation"),
        tuple(_input(reader, one) for one in children(element, "input")),
        tuple(_output(reader, one) for one in children(element, "output")),
        tuple(_rules(reader, element)),
    )


def _rules(reader: Reader, table: Element) -> Iterator[Rule]:
    # Cells of one text are one node: each is made ready once.
    ready: dict[int, Check | None] = {}
    for position, element in enumerate(children(table, "rule"), 1):
        cells = [reader.tests(e, child_text(e, "text")) for e in children(element, "inputEntry")]
        for cell in cells:
            if id(cell) not in ready:
                ready[id(cell)] = check_of(cell)
        yield Rule(
            element.get("id") or f"rule_{position}",
            tuple(cells),
            tuple(_entry(reader, e) for e in children(element, "outputEntry")),
            tuple(ready[id(cell)] for cell in cells),
        )


def _input(reader: Reader, element: Element) -> Column:
    expression = child(element, "inputExpression")
    text = "" if expression is None else child_text(expression, "text")
    node = reader.text(element, text) if text else Literal(None)
    return Column(element.get("label") or text, node)


def _output(reader: Reader, element: Element) -> Clause:
    default = child(element, "defaultOutputEntry")
    default_text = "" if default is None else child_text(default, "text")
    return Clause(
        normalise(element.get("name")),
        reader.text(element, default_text) if default_text else None,
        _values(reader, element),
        type_reference(element.get("typeRef")),
    )


def _values(reader: Reader, element: Element) -> Node | None:
    values = child(element, "outputValues")
    text = "" if values is None else child_text(values, "text")
    text = text or reader.allowed.get(normalise(element.get("typeRef")), "")
    node = reader.tests(element, text) if text else None
    return ListNode(node.tests) if isinstance(node, UnaryTests) else None


def _entry(reader: Reader, element: Element) -> Node:
    text = child_text(element, "text")
    return reader.text(element, text) if text not in ("", "-") else Literal(None)


READERS["decisionTable"] = read_table
