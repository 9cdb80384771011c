"""What elements require of one another, and references that lead nowhere (读取依赖)."""

from collections.abc import Iterator

from bpmn.dmn.model import DecisionModel, DmnError, Requirements
from bpmn.dmn.read_types import children
from bpmn.xml import Node as Element

_REFERENCES = frozenset(
    {"requiredInput", "requiredDecision", "requiredKnowledge", "inputData"}
    | {"outputDecision", "encapsulatedDecision", "inputDecision"}
)


def reference(element: Element, namespace: str) -> str:
    """The id a href leads to, with its namespace when that is another file's."""
    place, _, name = element.get("href").rpartition("#")
    return name if place in ("", namespace) else f"{place}#{name}"


def references(element: Element, name: str, namespace: str) -> tuple[str, ...]:
    """What the children of a name refer to."""
    return tuple(reference(one, namespace) for one in children(element, name))


def requirements(element: Element, namespace: str) -> Requirements:
    """What a decision or business knowledge model requires."""

    def of(outer: str, inner: str) -> tuple[str, ...]:
        lists = (references(one, inner, namespace) for one in children(element, outer))
        return tuple(found for one in lists for found in one)

    return Requirements(
        of("informationRequirement", "requiredInput"),
        of("informationRequirement", "requiredDecision"),
        of("knowledgeRequirement", "requiredKnowledge"),
    )


def dangling(root: Element, model: DecisionModel) -> Iterator[DmnError]:
    """A problem for every reference within the file that leads to nothing."""
    known = {*model.decisions, *model.inputs, *model.knowledge, *model.services}
    for element in _referring(root):
        wanted = reference(element, model.namespace)
        if "#" not in wanted and wanted not in known:
            yield DmnError("unknown_reference", wanted, element.line)


def _referring(element: Element) -> Iterator[Element]:
    for one in element.children:
        if one.name in _REFERENCES and one.get("href"):
            yield one
        yield from _referring(one)
