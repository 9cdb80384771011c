"""What differs between two sets of files, as codes and data that can be said in words (差异)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.difference.change import Change
from bpmn.difference.drawing import drawing_changes
from bpmn.difference.form import form_changes
from bpmn.difference.table import decision_changes
from bpmn.xml import XmlError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_READERS: dict[str, Callable[[bytes, bytes], Iterator[Change]]] = {
    "bpmn": drawing_changes,
    "dmn": decision_changes,
    "form": form_changes,
}

__all__ = ["Change", "compare"]


def compare(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[Change, ...]:
    """Return what has changed, file by file, in the order in which the files say it.

    A file that cannot be read, or is of no kind known here, is `file_changed` as a whole.
    """
    found: list[Change] = []
    for resource in sorted({*old, *new}):
        if resource not in old:
            found.append(Change("file_added", resource=resource))
        elif resource not in new:
            found.append(Change("file_removed", resource=resource))
        elif old[resource] != new[resource]:
            found += _of_file(resource, old[resource], new[resource])
    return tuple(found)


def _of_file(resource: str, old: bytes, new: bytes) -> list[Change]:
    reader = _READERS.get(resource.rpartition(".")[2])
    try:
        found = [one.within(resource) for one in reader(old, new)] if reader else None
    except (XmlError, ValueError, RecursionError):
        found = None
    return [Change("file_changed", resource=resource)] if found is None else found
