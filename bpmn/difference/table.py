"""Two files of decisions held against each other, cell by cell (决策表差异)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bpmn.difference.change import Change
from bpmn.xml import read

if TYPE_CHECKING:
    from bpmn.xml import Node

_SKIPPED = frozenset({"extensionElements", "variable", "description"})
_KINDS = frozenset({"decision", "businessKnowledgeModel", "inputData", "itemDefinition"})


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    words: str
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Column:
    kind: str
    label: str
    expression: str


def decision_changes(old: bytes, new: bytes) -> Iterator[Change]:
    """Yield what differs between two files of decisions.

    Raises:
        XmlError: one of them cannot be read.
    """
    earlier, later = _parts(read(old)), _parts(read(new))
    for key, one in earlier.items():
        if key not in later:
            yield Change("decision_removed", element=key, name=_name(one), kind=one.name)
    for key, one in later.items():
        if key not in earlier:
            yield Change("decision_added", element=key, name=_name(one), kind=one.name)
        else:
            yield from _changed(earlier[key], one)


def _parts(root: Node) -> dict[str, Node]:
    return {one.get("id"): one for one in root.children if one.name in _KINDS}


def _name(node: Node) -> str:
    return node.get("name") or node.get("id")


def _changed(old: Node, new: Node) -> Iterator[Change]:
    about = Change("", element=new.get("id"), name=_name(new))
    if _name(old) != _name(new):
        yield replace(about, code="name_changed", kind=new.name, old=_name(old), new=_name(new))
    tables = _table(old), _table(new)
    if tables[0] is not None and tables[1] is not None:
        yield from _table_changes(about, tables[0], tables[1])
    elif _logic(old) != _logic(new):
        texts = _literal(old), _literal(new)
        before, after = texts if all(texts) else ("", "")
        yield replace(about, code="logic_changed", kind=new.name, old=before, new=after)
    yield from _requirements(about, old, new)


def _table(node: Node) -> Node | None:
    return next((one for one in node.children if one.name == "decisionTable"), None)


def _literal(node: Node) -> str:
    return next((_text(one) for one in node.children if one.name == "literalExpression"), "")


def _requirements(about: Change, old: Node, new: Node) -> Iterator[Change]:
    before, after = _required(old), _required(new)
    for code, found in (
        ("requirement_removed", before - after),
        ("requirement_added", after - before),
    ):
        for one in sorted(found):
            yield replace(about, code=code, detail=one)


def _required(node: Node) -> set[str]:
    found = [one for one in node.children if one.name.endswith("Requirement")]
    return {child.get("href").lstrip("#") for one in found for child in one.children}


def _logic(node: Node) -> str:
    """Return what a decision says, without how it is indented."""
    kept = [one for one in node.children if one.name not in _SKIPPED]
    own = " ".join(
        f"{name}={text}" for (_, name), text in sorted(node.attributes.items()) if name != "id"
    )
    inner = " ".join(_logic(one) for one in kept if not one.name.endswith("Requirement"))
    return f"{node.name}({own}|{node.text.strip()}|{inner})"


def _table_changes(about: Change, old: Node, new: Node) -> Iterator[Change]:
    policies = [one.get("hitPolicy", "UNIQUE") + one.get("aggregation") for one in (old, new)]
    if policies[0] != policies[1]:
        yield replace(about, code="hit_policy_changed", old=policies[0], new=policies[1])
    before, after = _columns(old), _columns(new)
    yield from _column_changes(about, before, after)
    earlier, later = _rows(old, list(before)), _rows(new, list(after))
    yield from _row_changes(about, earlier, later)
    shared = [key for key in before if key in after]
    for key, row in later.items():
        if key in earlier:
            yield from _cell_changes(about, earlier[key], row, {one: after[one] for one in shared})
    if [key for key in earlier if key in later] != [key for key in later if key in earlier]:
        yield replace(about, code="rows_reordered")


def _columns(table: Node) -> dict[str, _Column]:
    found: dict[str, _Column] = {}
    for place, one in enumerate(
        child for child in table.children if child.name in {"input", "output"}
    ):
        inner = next((child for child in one.children if child.name == "inputExpression"), None)
        text = _text(inner) if inner is not None else one.get("name")
        found[one.get("id") or str(place)] = _Column(one.name, one.get("label") or text, text)
    return found


def _column_changes(
    about: Change, old: dict[str, _Column], new: dict[str, _Column]
) -> Iterator[Change]:
    for key, one in old.items():
        if key not in new:
            yield replace(about, code="column_removed", kind=one.kind, property=one.label)
    for key, one in new.items():
        before = old.get(key)
        if before is None:
            yield replace(about, code="column_added", kind=one.kind, property=one.label)
        elif before != one:
            texts = (before.label, one.label)
            if before.expression != one.expression:
                texts = (before.expression, one.expression)
            yield replace(
                about,
                code="column_changed",
                kind=one.kind,
                property=one.label,
                old=texts[0],
                new=texts[1],
            )


def _rows(table: Node, columns: list[str]) -> dict[str, _Row]:
    found: dict[str, _Row] = {}
    for number, rule in enumerate((one for one in table.children if one.name == "rule"), 1):
        entries = [one for one in rule.children if one.name in {"inputEntry", "outputEntry"}]
        cells = dict(zip(columns, map(_text, entries), strict=False))
        found[rule.get("id") or str(number)] = _Row(number, _words(rule), cells)
    return found


def _words(rule: Node) -> str:
    said = [
        _text(one) or one.text.strip()
        for one in rule.children
        if one.name in {"description", "annotationEntry"}
    ]
    return next((one for one in said if one), "")


def _row_changes(about: Change, old: dict[str, _Row], new: dict[str, _Row]) -> Iterator[Change]:
    for key, one in old.items():
        if key not in new:
            yield replace(about, code="row_removed", detail=one.words, row=one.number)
    for key, one in new.items():
        if key not in old:
            yield replace(
                about, code="row_added", detail=one.words, row=one.number, new=_cells(one)
            )
        elif old[key].words != one.words:
            yield replace(
                about, code="row_words_changed", row=one.number, old=old[key].words, new=one.words
            )


def _cells(row: _Row) -> str:
    return " | ".join(row.cells.values())


def _cell_changes(
    about: Change, old: _Row, new: _Row, columns: dict[str, _Column]
) -> Iterator[Change]:
    for key, column in columns.items():
        before, after = old.cells.get(key, ""), new.cells.get(key, "")
        if before != after:
            yield replace(
                about,
                code="cell_changed",
                kind=column.kind,
                property=column.label,
                detail=new.words,
                row=new.number,
                old=before,
                new=after,
            )


def _text(node: Node) -> str:
    inner = next((one for one in node.children if one.name == "text"), None)
    return inner.text.strip() if inner is not None else ""
