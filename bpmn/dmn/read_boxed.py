"""Boxed expressions as nodes: most of them are FEEL in another dress (读取框式表达式)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bpmn.dmn.model import DmnError
from bpmn.dmn.nodes import BoxedContext, Broken, Typed
from bpmn.dmn.read_types import child, child_text, children, type_reference
from bpmn.feel import syntax
from bpmn.feel.evaluation import parse, parse_unary
from bpmn.feel.expression import Expression, mentions
from bpmn.feel.lexer import normalise
from bpmn.feel.result import FeelSyntaxError
from bpmn.feel.syntax import Node
from bpmn.feel.type_names import FeelType
from bpmn.xml import Node as Element

_NULL = syntax.Literal(None)
_Read = Callable[[str, Iterable[str]], Expression]


@dataclass
class Reader:
    """What all expressions of one file share: the names in scope and the problems found.

    `owner` is the decision or knowledge that is read: most expressions have no id of their own.
    """

    names: frozenset[str]
    allowed: dict[str, str]
    namespace: str = ""
    problems: list[DmnError] = field(default_factory=list)
    owner: str = ""

    def text(self, element: Element, text: str, read: _Read = parse) -> Node:
        """The node of a FEEL text; a broken one is noted and stays null."""
        try:
            return read(text, self.names).node
        except FeelSyntaxError as error:
            named = element.get("id") or self.owner
            self.problems.append(DmnError("feel_syntax", named, element.line))
            return Broken(element.get("id"), error.position, error.code)

    def tests(self, element: Element, text: str) -> Node:
        """The node of unary tests."""
        return self.text(element, text, parse_unary)

    def expression(self, parent: Element | None) -> Node | None:
        """The boxed expression that is a direct child of an element."""
        for element in parent.children if parent is not None else ():
            reader = READERS.get(element.name)
            if reader is not None:
                return typed(reader(self, element), _declared(element))
        return None

    def inside(self, parent: Element, name: str) -> Node:
        """The boxed expression in a child of a name, null without one."""
        return self.expression(child(parent, name)) or _NULL


def identity(element: Element) -> str:
    """The element's id; real files leave it out, and then its name stands in."""
    return element.get("id") or normalise(element.get("name"))


def variable(element: Element) -> tuple[str, FeelType | None]:
    """The name and type of the element's variable, the element's own without one."""
    found = child(element, "variable")
    if found is None:
        return normalise(element.get("name")), None
    name = normalise(found.get("name")) or normalise(element.get("name"))
    return name, type_reference(found.get("typeRef"))


def parameters(element: Element) -> tuple[tuple[str, FeelType | None], ...]:
    """The formal parameters of a function."""
    return tuple(
        (normalise(one.get("name")), type_reference(one.get("typeRef")))
        for one in children(element, "formalParameter")
    )


def _declared(element: Element) -> FeelType | None:
    # What a table declares is the type of one output, not of what its hit policy makes of them.
    named = "" if element.name == "decisionTable" else element.get("typeRef")
    return type_reference(named)


def typed(node: Node, wanted: FeelType | None) -> Node:
    """The node, bound to a type if there is one."""
    return node if wanted is None or wanted.name == "Any" else Typed(node, wanted)


def _literal(reader: Reader, element: Element) -> Node:
    text = child_text(element, "text")
    return reader.text(element, text) if text else _NULL


def _context(reader: Reader, element: Element) -> Node:
    entries: list[tuple[str, Node]] = []
    result: Node | None = None
    for entry in children(element, "contextEntry"):
        node = reader.expression(entry) or _NULL
        if child(entry, "variable") is None:
            result = node
        else:
            name, wanted = variable(entry)
            entries.append((name, typed(node, wanted)))
    return BoxedContext(tuple(entries), result)


def _list(reader: Reader, element: Element) -> Node:
    nodes = (READERS[item.name](reader, item) for item in element.children if item.name in READERS)
    return syntax.ListNode(tuple(nodes))


def _relation(reader: Reader, element: Element) -> Node:
    columns = [normalise(column.get("name")) for column in children(element, "column")]
    rows: list[Node] = []
    for row in children(element, "row"):
        cells = [READERS[cell.name](reader, cell) for cell in row.children if cell.name in READERS]
        rows.append(BoxedContext(tuple(zip(columns, cells, strict=False))))
    return syntax.ListNode(tuple(rows))


def _invocation(reader: Reader, element: Element) -> Node:
    names: list[str] = []
    arguments: list[Node] = []
    for binding in children(element, "binding"):
        parameter = child(binding, "parameter")
        names.append(normalise(parameter.get("name")) if parameter is not None else "")
        arguments.append(reader.expression(binding) or _NULL)
    return syntax.Call(reader.expression(element) or _NULL, tuple(arguments), tuple(names))


def _function(reader: Reader, element: Element) -> Node:
    return function_node(reader, element)


def function_node(reader: Reader, element: Element) -> syntax.FunctionNode:
    """The function of a function definition or of encapsulated logic."""
    external = element.get("kind", "FEEL") not in ("FEEL", "")
    body = None if external else reader.expression(element) or _NULL
    return syntax.FunctionNode(parameters(element), body)


def _conditional(reader: Reader, element: Element) -> Node:
    condition, then, otherwise = (reader.inside(element, p) for p in ("if", "then", "else"))
    return syntax.If(condition, then, otherwise, strict=True)


def _filter(reader: Reader, element: Element) -> Node:
    return syntax.Filter(reader.inside(element, "in"), reader.inside(element, "match"), strict=True)


def _iterator(reader: Reader, element: Element) -> tuple[syntax.Iterator, ...]:
    name = normalise(element.get("iteratorVariable"))
    return (syntax.Iterator(name, reader.inside(element, "in")),)


def _for(reader: Reader, element: Element) -> Node:
    body = reader.inside(element, "return")
    return syntax.For(_iterator(reader, element), body, mentions(body, "partial"))


def _quantified(reader: Reader, element: Element) -> Node:
    condition = reader.inside(element, "satisfies")
    return syntax.Quantified(element.name == "every", _iterator(reader, element), condition)


READERS: dict[str, Callable[[Reader, Element], Node]] = {
    "literalExpression": _literal,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
}
"""How to read each boxed expression; decision tables join from their own module."""
