"""Texts, lists, maps and scripts of `camunda:` (7) files as FEEL or as a foreign marker.

A foreign expression stays in the model as a text that begins with `${`, which no FEEL does: lint
refuses it by that sign.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from bpmn.camunda.juel import ForeignError, to_feel

if TYPE_CHECKING:
    from bpmn.xml import Node

CAMUNDA = ("http://camunda.org/schema/1.0/bpmn", "http://activiti.org/bpmn")
FOREIGN = "${"
_PIECE = re.compile(r"[$#]\{([^{}]*)\}")
_WHOLE = re.compile(r"[$#]\{([^{}]*)\}\Z")
_OPEN = re.compile(r"[$#]\{")
_FEEL = ("feel", "http://www.omg.org/spec/FEEL/", "https://www.omg.org/spec/DMN/")
_JUEL = ("juel", "")


def is_foreign(text: str | None) -> bool:
    """Tell whether a text of the model is an expression that only another engine understands."""
    return bool(text) and str(text).startswith(FOREIGN)


def foreign(kind: str, text: str = "") -> str:
    """Return the marker of something that has no meaning here: a class, a bean, a script."""
    return f"{FOREIGN}{kind}:{text.strip()}}}"


def looks_foreign(text: str) -> bool:
    """Tell whether a text of the file is written in the unified expression language."""
    return _OPEN.search(text) is not None


def source(text: str) -> str:
    """Return FEEL where the model always expects FEEL: mappings, conditions, collections.

    `${a == 1}` becomes `a = 1`, `Dear ${name}` a concatenation, plain text a string.
    """
    stripped = text.strip()
    if not looks_foreign(stripped):
        return json.dumps(stripped, ensure_ascii=False)
    try:
        if whole := _WHOLE.match(stripped):
            return to_feel(whole[1])
        return _concatenated(stripped)
    except ForeignError:
        return stripped if stripped.startswith(FOREIGN) else foreign("text", stripped)


def text(found: str) -> str:
    """Return a text where the model takes plain text or `=` and FEEL: assignees, dates, topics."""
    if not looks_foreign(found):
        return found
    translated = source(found)
    return translated if is_foreign(translated) else f"={translated}"


def name_or_expression(found: str) -> str:
    """Return FEEL for what is a variable's name or an expression (a collection)."""
    return source(found) if looks_foreign(found) else found.strip()


def scripted(language: str, body: str) -> str:
    """Return FEEL of a script in FEEL or in expressions, a marker of any other language."""
    name = language.strip().lower()
    if name.startswith(_FEEL):
        return body.strip().removeprefix("=").strip()
    if name in _JUEL and looks_foreign(body):
        return source(body)
    return foreign(name or "script", body)


def value(node: Node) -> str:
    """Return FEEL of a parameter, entry or value: a text, list, map or script."""
    for child in node.children:
        if child.namespace not in CAMUNDA:
            continue
        if child.name == "script":
            return scripted(child.get("scriptFormat"), child.text or child.get("resource"))
        if child.name == "list":
            return _joined("[", [value(one) for one in child.children], "]")
        if child.name == "map":
            return _joined("{", [_entry(one) for one in child.children], "}")
        return foreign(child.name)
    return source(node.text) if node.text.strip() else "null"


def _entry(node: Node) -> str:
    key, found = node.get("key"), value(node)
    if looks_foreign(key):
        return foreign("key", key)
    return found if is_foreign(found) else f"{json.dumps(key, ensure_ascii=False)}: {found}"


def _joined(left: str, parts: list[str], right: str) -> str:
    for part in parts:
        if is_foreign(part):
            return part
    return f"{left}{', '.join(parts)}{right}"


def _concatenated(found: str) -> str:
    """Return texts and expressions in a row as one FEEL expression."""
    parts, at = [], 0
    for piece in _PIECE.finditer(found):
        if plain := found[at : piece.start()]:
            parts.append(json.dumps(plain, ensure_ascii=False))
        parts.append(f"string({to_feel(piece[1])})")
        at = piece.end()
    if rest := found[at:]:
        parts.append(json.dumps(rest, ensure_ascii=False))
    if _OPEN.search(_PIECE.sub("", found)):
        raise ForeignError(found)
    return " + ".join(parts)
