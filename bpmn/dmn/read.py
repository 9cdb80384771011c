"""Reading a DMN 1.1 to 1.5 file (读取决策模型)."""

from collections.abc import Iterator
from dataclasses import replace

from bpmn.dmn.cycles import cycles
from bpmn.dmn.model import (
    Decision,
    DecisionModel,
    DmnError,
    InputData,
    Knowledge,
    Service,
)
from bpmn.dmn.read_boxed import Reader, function_node, identity, variable
from bpmn.dmn.read_requirements import dangling, references, requirements
from bpmn.dmn.read_table import read_table
from bpmn.dmn.read_types import (
    allowed_values,
    child,
    children,
    component_names,
    read_types,
)
from bpmn.feel.lexer import normalise
from bpmn.xml import Node as Element
from bpmn.xml import XmlError, read

_NAMED = frozenset(
    {"variable", "formalParameter", "parameter", "column", "output"}
    | {"decision", "inputData", "import"}
)
TABLE_READER = read_table  # imported so that boxed expressions know decision tables


def parse_decisions(xml: bytes, *, name: str) -> DecisionModel:
    """Read the decisions of a file.

    Raises:
        DmnError: no XML, forbidden XML, or no DMN; FEEL that cannot be read is a problem of the
            model instead.
    """
    try:
        root = read(xml)
    except XmlError as error:
        raise DmnError(error.code, name, error.line) from error
    if root.name != "definitions":
        raise DmnError("not_dmn", name, root.line)
    try:
        return _model(root, name)
    except RecursionError as error:
        raise DmnError("too_deep", name) from error


def _model(root: Element, name: str) -> DecisionModel:
    names = frozenset(_names(root)) | frozenset(component_names(root))
    reader = Reader(names, allowed_values(root), root.get("namespace"))
    model = DecisionModel(
        name,
        root.get("namespace"),
        {identity(one): _decision(reader, one) for one in children(root, "decision")},
        {identity(one): _input(one) for one in children(root, "inputData")},
        {identity(k): _knowledge(reader, k) for k in children(root, "businessKnowledgeModel")},
        {identity(one): _service(reader, one) for one in children(root, "decisionService")},
        read_types(root, reader.tests),
        {one.get("namespace"): normalise(one.get("name")) for one in children(root, "import")},
    )
    return replace(model, problems=(*reader.problems, *dangling(root, model), *cycles(model)))


def _names(element: Element) -> Iterator[str]:
    if element.name in _NAMED:
        yield normalise(element.get("name"))
    if element.get("iteratorVariable"):
        yield normalise(element.get("iteratorVariable"))
    for one in element.children:
        yield from _names(one)


def _decision(reader: Reader, element: Element) -> Decision:
    name, wanted = variable(element)
    reader.owner = identity(element)
    return Decision(
        identity(element),
        normalise(element.get("name")),
        name,
        wanted,
        reader.expression(element),
        requirements(element, reader.namespace),
        element.line,
    )


def _input(element: Element) -> InputData:
    return InputData(identity(element), *variable(element))


def _knowledge(reader: Reader, element: Element) -> Knowledge:
    name, wanted = variable(element)
    reader.owner = identity(element)
    logic = child(element, "encapsulatedLogic")
    function = None if logic is None else function_node(reader, logic)
    return Knowledge(
        identity(element),
        name,
        () if function is None else function.parameters,
        wanted,
        None if function is None else function.body,
        requirements(element, reader.namespace),
    )


def _service(reader: Reader, element: Element) -> Service:
    name, wanted = variable(element)
    return Service(
        identity(element),
        name,
        wanted,
        references(element, "outputDecision", reader.namespace),
        references(element, "inputDecision", reader.namespace),
        references(element, "inputData", reader.namespace),
    )
