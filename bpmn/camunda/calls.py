"""What an element calls and what it passes: parameters, processes, decisions, scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.camunda import values
from bpmn.camunda.attributes import BPMN, attribute, extensions
from bpmn.model import Call, VariableMapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.xml import Node

_SIDES = {"input": ("inputParameter", "in"), "output": ("outputParameter", "out")}


def mappings(node: Node, name: str) -> tuple[VariableMapping, ...]:
    """Return the `input` or `output` mappings: of `inputOutput`, then of a called process."""
    parameter, passed = _SIDES[name]
    found = [
        VariableMapping(values.value(one), one.get("name"))
        for block in extensions(node, "inputOutput")
        for one in block.children
        if one.name == parameter and one.get("name")
    ]
    return (*found, *_passed(node, passed))


def _passed(node: Node, name: str) -> Iterator[VariableMapping]:
    for one in extensions(node, name):
        if target := one.get("target"):
            expression = one.get("sourceExpression")
            source = values.source(expression) if expression else one.get("source")
            yield VariableMapping(source, target)


def call(node: Node) -> Call | None:
    """Return the called decision, process or script of an element."""
    if decision := attribute(node, "decisionRef"):
        return Call(values.text(decision), _result(node))
    if node.name == "callActivity" and (process := node.get("calledElement").strip()):
        return _called(node, process)
    if script := node.first(BPMN, "script"):
        return Call(values.scripted(node.get("scriptFormat"), script.text), _result(node))
    if resource := attribute(node, "resource"):
        return Call(values.foreign(node.get("scriptFormat") or "script", resource), _result(node))
    return None


def _result(node: Node) -> str | None:
    return attribute(node, "resultVariable", "resultVariableName") or None


def _called(node: Node, process: str) -> Call:
    """Return the call of a process; one that passes nothing by name passes everything."""
    ways = list(extensions(node, "in", "out"))
    whole = {one.name for one in ways if one.get("variables") == "all"}
    return Call(
        values.text(
            process.rpartition(":")[2] if ":" in process and "{" not in process else process
        ),
        propagate_parent=not ways or "in" in whole,
        propagate_child=not ways or "out" in whole,
        binding=attribute(node, "calledElementBinding"),
        version_tag=attribute(node, "calledElementVersionTag"),
    )
