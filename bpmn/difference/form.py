"""Two forms held against each other, field by field (表单差异)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bpmn.difference.change import Change

_CHILDREN = "components"
# Where a field stands on the page, and its own name in the file, say nothing to people.
_SKIPPED = frozenset({"id", "layout", _CHILDREN})


def form_changes(old: bytes, new: bytes) -> Iterator[Change]:
    """Yield what differs between two forms.

    Raises:
        ValueError: one of them is no form.
    """
    earlier, later = dict(_fields(_read(old))), dict(_fields(_read(new)))
    for key, one in earlier.items():
        if key not in later:
            yield _change("field_removed", key, one)
    for key, one in later.items():
        if key not in earlier:
            yield _change("field_added", key, one)
        else:
            yield from _changed(key, earlier[key], one)
    if [key for key in earlier if key in later] != [key for key in later if key in earlier]:
        yield Change("fields_reordered")


def _read(content: bytes) -> dict[str, Any]:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError  # noqa: TRY004
    return found


def _fields(form: dict[str, Any], place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for number, one in enumerate(form.get(_CHILDREN) or []):
        key = str(one.get("key") or one.get("id") or f"{place}{number}")
        yield key, one
        yield from _fields(one, f"{key}.")


def _change(code: str, key: str, one: dict[str, Any]) -> Change:
    name = str(one.get("label") or one.get("text") or key)
    return Change(code, element=key, name=name, kind=str(one.get("type", "")))


def _changed(key: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    before, after = dict(_flat(old)), dict(_flat(new))
    for prop in dict.fromkeys([*before, *after]):
        texts = before.get(prop, ""), after.get(prop, "")
        if texts[0] != texts[1]:
            about = _change("field_changed", key, new)
            yield replace(about, property=prop, old=texts[0], new=texts[1])


def _flat(value: dict[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    for name, one in value.items():
        if place == "" and name in _SKIPPED:
            continue
        if isinstance(one, dict):
            yield from _flat(one, f"{place}{name}.")
        else:
            text = one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)
            yield f"{place}{name}", text
