"""The elements of a drawing as flat facts, so that two drawings can be held together (图元)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bpmn.extensions import BIHUAN, BPMN, ZEEBE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpmn.xml import Node

# A fact: the property, and which of several it is.
Fact = tuple[str, str]

# Parts of an element, told with it; everything else that has an id stands for itself.
_PARTS = ("EventDefinition", "LoopCharacteristics")
_SKIPPED = frozenset({"incoming", "outgoing", "flowNodeRef"})
_ROOTS = frozenset({"message", "signal", "error", "escalation"})
_DEFAULTS = frozenset(
    {
        ("is_interrupting", "true"),
        ("cancel_activity", "true"),
        ("is_for_compensation", "false"),
        ("triggered_by_event", "false"),
        ("gateway_direction", "Unspecified"),
        ("is_sequential", "false"),
        ("parallel_multiple", "false"),
        ("clock", "wall"),
        ("retries", "3"),
    }
)
_REFERENCES = frozenset({"source_ref", "target_ref", "attached_to_ref", "default"})
# Lists of an extension element: what each item is called, and its value.
_ITEMS = {
    "input": ("target", "source"),
    "output": ("target", "source"),
    "header": ("key", "value"),
    "property": ("name", "value"),
    "executionListener": ("eventType", "type"),
    "taskListener": ("eventType", "type"),
}


@dataclass(slots=True)
class Piece:
    """An element of a drawing: what it is called and everything that is said of it."""

    id: str
    kind: str
    name: str
    facts: dict[Fact, str] = field(default_factory=dict)


def pieces(root: Node) -> dict[str, Piece]:
    """Return the elements of a drawing by id, in their order."""
    found = {one.id: one for child in _business(root) for one in _pieces(child)}
    for one in found.values():
        if one.kind == "sequenceFlow" and not one.name:
            ends = (one.facts.get((f"{end}_ref", ""), "") for end in ("source", "target"))
            one.name = " → ".join(title(found, end) for end in ends)
    return found


def title(found: Mapping[str, Piece], key: str) -> str:
    """Return what an element is called, or its id."""
    return found[key].name or key if key in found else key


def shown(found: Mapping[str, Piece], fact: Fact, text: str) -> str:
    """Return the text of a fact; a reference is shown as the name of what it points to."""
    refers = fact[0] in _REFERENCES or fact[0].removesuffix("_ref") in _ROOTS
    return title(found, text) if refers and text else text


def _business(root: Node) -> Iterator[Node]:
    return (child for child in root.children if child.namespace == BPMN)


def _pieces(node: Node) -> Iterator[Piece]:
    if node.get("id"):
        yield Piece(node.get("id"), node.name, node.get("name"), dict(_facts(node)))
    for child in node.children:
        if child.namespace == BPMN and child.name != "extensionElements" and not _part(child):
            yield from _pieces(child)


def _part(node: Node) -> bool:
    return node.name.endswith(_PARTS)


def _facts(node: Node) -> Iterator[tuple[Fact, str]]:
    yield from _attributes(node, frozenset({"id", "name"}))
    for child in node.children:
        if child.name in _SKIPPED:
            continue
        if child.name == "extensionElements":
            for extension in child.children:
                yield from _extension(extension)
        elif _part(child):
            yield ("event", ""), child.name
            yield from _facts(child)
        elif not child.get("id") or child.text.strip():
            yield from _text(child)


def _text(node: Node) -> Iterator[tuple[Fact, str]]:
    if (text := node.text.strip()) and not node.children:
        yield (snake(node.name), ""), text


def _extension(node: Node) -> Iterator[tuple[Fact, str]]:
    if node.name in _ITEMS:
        key, value = _ITEMS[node.name]
        yield (snake(node.name), node.get(key)), node.get(value)
        return
    yield from _attributes(node, frozenset({"id"}))
    yield from _text(node)
    for child in node.children:
        yield from _extension(child)


def _attributes(node: Node, but: frozenset[str]) -> Iterator[tuple[Fact, str]]:
    for (space, name), text in node.attributes.items():
        ours = space in {"", BIHUAN, ZEEBE, BPMN}
        prop = snake(name)
        if ours and name not in but and text and (prop, text) not in _DEFAULTS:
            yield (prop, ""), text


def snake(name: str) -> str:
    """Return a name of the standard as one of ours: `candidateGroups` -> `candidate_groups`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
