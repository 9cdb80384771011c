"""Two drawings held against each other, element by element (流程图差异)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpmn.difference.change import Change
from bpmn.difference.piece import Piece, pieces, shown
from bpmn.xml import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.xml import Node

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"


def drawing_changes(old: bytes, new: bytes) -> Iterator[Change]:
    """Yield what differs between two drawings; where elements merely moved comes last, as one.

    Raises:
        XmlError: one of them cannot be read.
    """
    before, after = read(old), read(new)
    earlier, later = pieces(before), pieces(after)
    yield from (_whole("element_removed", one) for one in earlier.values() if one.id not in later)
    yield from (_whole("element_added", one) for one in later.values() if one.id not in earlier)
    for one in later.values():
        if one.id in earlier:
            yield from _changed(earlier[one.id], one)
            yield from _facts(earlier, later, one.id)
    moved = _moved(before, after)
    if moved:
        yield Change("layout_changed", row=moved)


def _whole(code: str, one: Piece) -> Change:
    return Change(code, element=one.id, name=one.name, kind=one.kind)


def _changed(old: Piece, new: Piece) -> Iterator[Change]:
    about = replace(_whole("", new), name=new.name or old.name)
    if old.kind != new.kind:
        yield replace(about, code="kind_changed", old=old.kind, new=new.kind)
    # A flow without words of its own is called by its ends.
    if old.name != new.name and " → " not in old.name + new.name:
        yield replace(about, code="name_changed", old=old.name, new=new.name)


def _facts(earlier: dict[str, Piece], later: dict[str, Piece], key: str) -> Iterator[Change]:
    old, new = earlier[key], later[key]
    about = replace(_whole("property_changed", new), name=new.name or old.name)
    for fact in dict.fromkeys([*old.facts, *new.facts]):
        texts = old.facts.get(fact, ""), new.facts.get(fact, "")
        if texts[0] != texts[1]:
            before, after = shown(earlier, fact, texts[0]), shown(later, fact, texts[1])
            yield replace(about, property=fact[0], detail=fact[1], old=before, new=after)


def _moved(old: Node, new: Node) -> int:
    before, after = dict(_places(old)), dict(_places(new))
    return sum(after[key] != place for key, place in before.items() if key in after)


def _places(node: Node) -> Iterator[tuple[str, str]]:
    for child in node.children:
        if child.namespace == _DI and child.name == "BPMNShape":
            bounds = child.first(_DC, "Bounds")
            sides = [bounds.get(side) for side in ("x", "y", "width", "height")] if bounds else []
            yield child.get("bpmnElement"), " ".join(str(float(side or 0)) for side in sides)
        elif child.namespace == _DI:
            yield from _places(child)
