"""Item definitions as FEEL types (数据类型定义)."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from bpmn.feel.lexer import normalise
from bpmn.feel.syntax import Node
from bpmn.feel.type_names import ANY, NAMES, FeelType
from bpmn.xml import Node as Element

_OTHER_NAMES = {"integer": "number", "long": "number", "double": "number", "float": "number"}


def children(element: Element, *names: str) -> Iterator[Element]:
    """The direct children of these names, in the element's own namespace."""
    return element.all(element.namespace, *names)


def child(element: Element, name: str) -> Element | None:
    """The first direct child of a name."""
    return element.first(element.namespace, name)


def child_text(element: Element, name: str) -> str:
    """The text of the first direct child of a name, empty without one."""
    found = child(element, name)
    return found.text.strip() if found is not None else ""


def type_reference(text: str) -> FeelType | None:
    """The type a typeRef names; None when it is left out."""
    name = normalise(text).removeprefix("feel:")
    if not name:
        return None
    name = _OTHER_NAMES.get(name, name)
    return FeelType(NAMES.get(name, name))


ReadTests = Callable[[Element, str], Node]


def read_types(definitions: Element, tests: ReadTests) -> dict[str, FeelType]:
    """All item definitions by name; `tests` reads what values they allow."""
    return {
        normalise(item.get("name")): item_type(item, tests)
        for item in children(definitions, "itemDefinition")
    }


def item_type(item: Element, tests: ReadTests) -> FeelType:
    """The type of an item definition or item component.

    Allowed values bind the items of a collection, a type constraint the collection itself.
    """
    found = _constrained(_one(item, tests), item, "allowedValues", tests)
    if item.get("isCollection") == "true":
        found = FeelType("list", (found,))
    return _constrained(found, item, "typeConstraint", tests)


def _constrained(found: FeelType, item: Element, name: str, tests: ReadTests) -> FeelType:
    values = child(item, name)
    text = "" if values is None else child_text(values, "text")
    return replace(found, tests=(*found.tests, tests(item, text))) if text else found


def _one(item: Element, tests: ReadTests) -> FeelType:
    components = tuple(children(item, "itemComponent"))
    function = child(item, "functionItem")
    if components:
        fields = tuple((normalise(one.get("name")), item_type(one, tests)) for one in components)
        return FeelType("context", fields=fields)
    if function is not None:
        return _function(function)
    return type_reference(child_text(item, "typeRef")) or ANY


def _function(item: Element) -> FeelType:
    parts = tuple(type_reference(one.get("typeRef")) or ANY for one in children(item, "parameters"))
    return FeelType("function", parts, result=type_reference(item.get("outputTypeRef")) or ANY)


def component_names(definitions: Element) -> Iterator[str]:
    """The names of all item components, however deep."""
    for item in definitions.children:
        if item.name in ("itemComponent", "itemDefinition"):
            yield normalise(item.get("name"))
            yield from component_names(item)


def allowed_values(definitions: Element) -> dict[str, str]:
    """The allowed values of item definitions, as their FEEL text."""
    found = {}
    for item in children(definitions, "itemDefinition"):
        values = child(item, "allowedValues")
        if values is not None:
            found[normalise(item.get("name"))] = child_text(values, "text")
    return found
