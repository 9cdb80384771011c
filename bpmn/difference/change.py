"""One difference (一处差异)."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between two files; texts are as they stand in the files.

    Attributes:
        code: `element_added`, `property_changed`, `cell_changed`, ...: what happened.
        resource: the file.
        element, name: the id and name of the element, decision or field.
        kind: of the element (`userTask`, `sequenceFlow`) or of the cell (`input`, `output`).
        property: which property, or the words at the head of the column.
        detail: which of several: the variable of a mapping, or the words of a table's row.
        row: the number of the row in its table, counted from 1, or how many were moved.
        old, new: the texts before and after.
    """

    code: str
    resource: str = ""
    element: str = ""
    name: str = ""
    kind: str = ""
    property: str = ""
    detail: str = ""
    row: int = 0
    old: str = ""
    new: str = ""

    def within(self, resource: str) -> Change:
        """Return the change of a file."""
        return replace(self, resource=resource)
