"""Delegated tasks, signers, what was sent or taken back: rows and notices (任务操作投影)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from activities import notices
from bpmn.records import Kind
from models import user_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.orm import Session

    from activities.house import House
    from activities.standing_in import StandingIn
    from bpmn.records import Record
    from models.user_task import UserTask

SENT_BACK, TAKEN_BACK = "sent_back", "taken_back"
_TOLD = {SENT_BACK: "user_task_sent_back", TAKEN_BACK: "user_task_taken_back"}


class VerbProjection:
    """Follows a run: each record once, in order."""

    def __init__(self, session: Session, house: House, standing_in: StandingIn) -> None:
        self._session = session
        self._house = house
        self._standing_in = standing_in
        self._back: Record | None = None

    def follow(self, record: Record) -> None:
        """Bring the rows to where the record leads, and tell those whom it concerns."""
        if record.kind is Kind.INSTANCE_MODIFIED:
            self._back = record
        elif (project := _PROJECTORS.get(record.kind)) is not None:
            task = user_task.find(self._session, record.key)
            if task is not None:
                project(self, task, record)

    def created(self, task: UserTask, record: Record) -> bool:
        """Tell somebody why they have a new task; return False if it is one like any other."""
        if task.signs is not None:
            self._tell("signature_asked", [task.assignee], task, record)
            return True
        code = self._back_to(task)
        if code is None or task.assignee is None:
            return False
        self._tell(code, [task.assignee], task, record)
        return True

    def _back_to(self, task: UserTask) -> str | None:
        """Return the notice of a task that exists again because of a step back."""
        back = self._back
        if back is None or task.element_id not in back.data["activate"]:
            return None
        reason = back.data["reason"]
        return _TOLD.get(str(reason.get("code"))) if isinstance(reason, dict) else None

    def _delegated(self, task: UserTask, record: Record) -> None:
        task.assignee, task.owner = record.data["assignee"], record.data["owner"]
        task.revision += 1
        if not self._standing_in.redirect(task, record, even_absent=False):
            self._tell("user_task_delegated", [task.assignee], task, record)

    def _returned(self, task: UserTask, record: Record) -> None:
        task.assignee, task.owner = record.data["assignee"], None
        task.revision += 1
        if not self._standing_in.redirect(task, record):
            self._tell("user_task_given_back", [task.assignee], task, record)

    def _signer_added(self, task: UserTask, record: Record) -> None:
        task.signers_after = [*task.signers_after, record.data["assignee"]]
        task.revision += 1

    def _signer_removed(self, task: UserTask, record: Record) -> None:
        gone = record.data["assignee"]
        task.signers_after = [name for name in task.signers_after if name != gone]
        task.revision += 1

    def _completed(self, task: UserTask, record: Record) -> None:
        """Tell whoever does the task that somebody has signed it."""
        signed = user_task.find(self._session, task.signs) if task.signs else None
        if signed is not None and signed.state == "CREATED":
            self._tell("signature_given", [signed.assignee], signed, record)

    def _canceled(self, task: UserTask, record: Record) -> None:
        """Tell somebody that they need not sign, or that their task went back."""
        if record.data.get("by") and task.signs is not None:
            self._tell("signature_not_needed", [task.assignee], task, record)
        elif self._back is not None:
            self._tell("user_task_withdrawn", [task.assignee], task, record)

    def _tell(
        self, code: str, recipients: Iterable[str | None], task: UserTask, record: Record
    ) -> None:
        by = record.data.get("by") or (self._back.data.get("by") if self._back else None)
        notices.put(
            self._session,
            self._house,
            code=code,
            recipients=[name for name in recipients if name and name != by],
            instance_key=task.instance_key,
            cause=record.number,
            at=datetime.fromisoformat(record.at),
            data={
                "number": task.feedback_number,
                "task": str(task.key),
                "element": task.element_id,
                "username": by,
            },
        )


_PROJECTORS: dict[Kind, Callable[[VerbProjection, UserTask, Record], None]] = {
    Kind.USER_TASK_DELEGATED: VerbProjection._delegated,  # noqa: SLF001 (the class's own table)
    Kind.USER_TASK_RETURNED: VerbProjection._returned,  # noqa: SLF001
    Kind.USER_TASK_SIGNER_ADDED: VerbProjection._signer_added,  # noqa: SLF001
    Kind.USER_TASK_SIGNER_REMOVED: VerbProjection._signer_removed,  # noqa: SLF001
    Kind.USER_TASK_COMPLETED: VerbProjection._completed,  # noqa: SLF001
    Kind.USER_TASK_CANCELED: VerbProjection._canceled,  # noqa: SLF001
}
