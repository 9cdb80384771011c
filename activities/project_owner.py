"""Who has the task that answers for an item owns the item (事项负责人)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.records import Kind
from models import feedback, user_task

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bpmn.records import Record
    from bpmn.run import Run


class OwnerProjection:
    """Follows a run, each record after its row has changed.

    A drawing marks the task by `bihuan:owner="true"`. The item stays its owner's while nobody has
    the task, and while a delegate does it for them.
    """

    def __init__(self, session: Session, run: Run) -> None:
        self._session = session
        self._run = run

    def follow(self, record: Record) -> None:
        """Give the item to whoever has its task from this record on."""
        data = record.data
        if record.kind is Kind.USER_TASK_CREATED and not data.get("signs"):
            self._give(data["process"], record, data.get("assignee"))
        elif record.kind in {Kind.USER_TASK_ASSIGNED, Kind.USER_TASK_COMPLETED}:
            task = user_task.find(self._session, record.key)
            if task is not None and task.signs is None:
                # What nobody had claimed is completed by somebody all the same.
                self._give(task.process_id, record, data.get("assignee") or data.get("by"))

    def _give(self, process: str, record: Record, owner: str | None) -> None:
        drawn = self._run.definition.element(process, record.element).user_task
        if drawn is None or not drawn.owner or not owner:
            return
        item = feedback.find(self._session, self._run.state.key)
        if item is not None and item.assignee != owner:
            item.assignee = owner
