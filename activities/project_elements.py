"""Records -> element instances and variables, each table written once a batch (元素读模型)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn.records import Kind, Record
from models import element_instance, variable
from models.element_instance import shown_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

_ENDS = {Kind.ELEMENT_COMPLETED: "COMPLETED", Kind.ELEMENT_TERMINATED: "TERMINATED"}


class ElementProjection:
    """What one batch did to the elements and variables of an instance.

    Rows are gathered and written at the end: an element that begins and ends in one batch is one
    insert, a variable that is set several times is written as it was left.
    """

    def __init__(self, instance_key: int) -> None:
        self._instance_key = instance_key
        self._begun: dict[int, dict[str, Any]] = {}
        self._ended: dict[int, dict[str, Any]] = {}
        self._variables: dict[tuple[int, str], Any] = {}

    def follow(self, record: Record) -> None:
        """Take note of a record."""
        if (note := _NOTES.get(record.kind)) is not None:
            note(self, record)

    def write(self, session: Session) -> None:
        """Write what was noted, in the transaction of the batch."""
        begun, ended = list(self._begun.values()), list(self._ended.values())
        element_instance.put(session, self._instance_key, begun, ended)
        variables = [
            {"scope_key": scope, "name": name, "value": value}
            for (scope, name), value in self._variables.items()
        ]
        variable.put(session, self._instance_key, variables)

    def _shown(self, key: int) -> int:
        return shown_key(self._instance_key, key)

    def _activated(self, record: Record) -> None:
        data = record.data
        self._begun[record.key] = {
            "key": self._shown(record.key),
            "process_id": data["process"],
            "element_id": record.element,
            "element_name": data.get("name", ""),
            "kind": data["kind"],
            "state": "ACTIVE",
            "scope_key": self._shown(data["scope"]),
            "started_at": record.at,
            "ended_at": None,
        }

    def _element_ended(self, record: Record) -> None:
        state = _ENDS[record.kind]
        if (row := self._begun.get(record.key)) is not None:
            row |= {"state": state, "ended_at": record.at}
            return
        key = self._shown(record.key)
        self._ended[record.key] = {"key": key, "state": state, "at": record.at}

    def _variables_set(self, record: Record) -> None:
        scope = self._shown(record.key)
        for name, value in record.data["variables"].items():
            self._variables[scope, name] = value


_NOTES: Mapping[Kind, Callable[[ElementProjection, Record], None]] = {
    Kind.ELEMENT_ACTIVATED: ElementProjection._activated,  # noqa: SLF001 (the class's own table)
    Kind.ELEMENT_COMPLETED: ElementProjection._element_ended,  # noqa: SLF001
    Kind.ELEMENT_TERMINATED: ElementProjection._element_ended,  # noqa: SLF001
    Kind.VARIABLES_SET: ElementProjection._variables_set,  # noqa: SLF001
}
