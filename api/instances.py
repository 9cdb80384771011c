"""What an instance knew at some step: its records replayed (实例状态)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from bpmn.apply import replay
from bpmn.records import Kind
from bpmn.state import State, instance_key
from bpmn.variables import visible
from models import audit_record
from models.user_task import UserTask

_ENDS = (Kind.USER_TASK_COMPLETED.value, Kind.USER_TASK_CANCELED.value)


def state_of(session: Session, key: int) -> State:
    """Return the state of an instance after its last committed record."""
    return replay(key, audit_record.read(session, key))


def variables_of_task(session: Session, task: UserTask) -> dict[str, Any]:
    """Return the variables that a task sees, or saw at its end."""
    key = instance_key(task.key)
    records = audit_record.read(session, key)
    state = replay(key, list(_until_end(records, task.key)))
    if task.element_instance_key not in state.elements:
        return {}
    return visible(state, task.element_instance_key)


def process_variables(state: State) -> dict[str, Any]:
    """Return the variables of the instance itself."""
    root = next((e for e in state.elements.values() if e.scope == 0), None)
    return {} if root is None else root.variables


def _until_end(records: list[dict[str, Any]], task_key: int) -> Iterator[dict[str, Any]]:
    for record in records:
        if record["key"] == task_key and record["kind"] in _ENDS:
            return
        yield record
