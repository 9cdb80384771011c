"""Values of the DMN TCK: read from its result files, and compared with what FEEL answers."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from bpmn.feel.literals import at_literal

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
TEMPORAL = ("date", "time", "dateTime", "duration", "dayTimeDuration", "yearMonthDuration")
TOLERANCE = Decimal("1e-8")


def local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def children(element: Any, name: str) -> list[Any]:
    return [child for child in element if local(child) == name]


def value_of(element: Any) -> Any:
    """The FEEL value of an input or expected element."""
    components = children(element, "component")
    if components:
        return {one.get("name"): value_of(one) for one in components}
    for child in element:
        if local(child) == "list":
            return [value_of(item) for item in children(child, "item")]
        if local(child) == "value":
            return _scalar(child)
    return None


def expected_of(node: Any) -> Any:
    """What a result node asks for; a node that only says `errorResult` asks for null."""
    for found in children(node, "expected"):
        return value_of(found)
    return None


def _scalar(element: Any) -> Any:
    if element.get(f"{XSI}nil") == "true":
        return None
    kind = (element.get(f"{XSI}type") or "xsd:string").rpartition(":")[2]
    text = element.text or ""
    if kind == "boolean":
        return text.strip() in {"true", "1"}
    if kind in TEMPORAL:
        return at_literal(text.strip())
    return text if kind == "string" else _number(text.strip())


def _number(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def alike(expected: Any, actual: Any) -> bool:
    """Whether two values are the same to the kit: numbers to eight places."""
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return abs(expected - actual) <= TOLERANCE * max(abs(expected), Decimal(1))
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(alike, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        same = expected.keys() == actual.keys()
        return same and all(alike(value, actual[name]) for name, value in expected.items())
    return type(expected) is type(actual) and bool(expected == actual)
