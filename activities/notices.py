"""Notices to staff: rows of the in-app inbox, and what is owed to addresses outside (通知)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from models import candidate_group, feedback, notice, notice_delivery, quiet_hours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from activities.house import House
    from bpmn.records import Record
    from models.incident import Incident
    from models.user_task import UserTask

_NAMESPACE = UUID("0f8c2f3c-4d8f-5b43-9b0d-7e2d5a9b6a10")
_LOUD = frozenset({"urgent", "critical"})
OPERATORS = "role.administrator"
DUTY_MANAGERS = "role.duty_manager"


def members(session: Session, groups: Iterable[str], at: datetime) -> list[str]:
    """Return the usernames of those in any of these groups who are there, each once."""
    found = (name for group in groups for name in candidate_group.on_hand(session, group, at))
    return list(dict.fromkeys(found))


def put(
    session: Session,
    house: House,
    *,
    code: str,
    recipients: Iterable[str],
    instance_key: int,
    cause: int,
    at: datetime,
    data: dict[str, Any],
) -> None:
    """Put a notice into inboxes and owe it to the addresses; the same cause never does twice.

    Args:
        session: the transaction.
        house: knows how many addresses are configured.
        code: which notice; words are in the catalogues.
        recipients: usernames.
        instance_key: the process instance.
        cause: number of the record, or key of the job, that brings it.
        at: when.
        data: numbers and codes, no personal data.
    """
    rows = {uuid5(_NAMESPACE, f"{instance_key}|{cause}|{code}|{who}"): who for who in recipients}
    notice.put(session, rows, code=code, data=data, instance_key=instance_key, at=at)
    if not house.post.addresses:
        return
    notice_delivery.owe(
        session,
        uuid5(_NAMESPACE, f"{instance_key}|{cause}|{code}"),
        code=code,
        data=data,
        at=at,
        addresses=house.post.addresses,
        send_from=_send_from(session, rows.values(), instance_key, at),
    )


def _send_from(
    session: Session, recipients: Iterable[str], instance_key: int, at: datetime
) -> datetime:
    """Return when a notice may leave the house: when its first reader may be disturbed.

    The inbox has it at once, and what is urgent waits for nobody's night (免打扰).
    """
    later = quiet_hours.earliest(session, recipients, at)
    if later == at:
        return at
    item = feedback.find(session, instance_key)
    return at if item is not None and item.urgency in _LOUD else later


def new_task(session: Session, house: House, task: UserTask, record: Record) -> None:
    """Tell the assignee of a task, or those who may claim it; where nobody may, the managers."""
    at = datetime.fromisoformat(record.at)
    recipients = (
        [task.assignee]
        if task.assignee
        else [*task.candidate_users, *members(session, task.candidate_groups, at)]
    )
    if not recipients:
        managers = members(session, [DUTY_MANAGERS], at) or members(session, [OPERATORS], at)
        put(
            session,
            house,
            code="user_task_without_candidates",
            recipients=managers,
            instance_key=task.instance_key,
            cause=record.number,
            at=at,
            data=about(task),
        )
        return
    put(
        session,
        house,
        code="user_task_created",
        recipients=recipients,
        instance_key=task.instance_key,
        cause=record.number,
        at=at,
        data=about(task),
    )


def about(task: UserTask) -> dict[str, Any]:
    """Return what notices say of a task."""
    return {"number": task.feedback_number, "task": str(task.key), "element": task.element_id}


def incident(session: Session, house: House, found: Incident, record: Record) -> None:
    """Tell the administrators what they must mend."""
    at = datetime.fromisoformat(record.at)
    put(
        session,
        house,
        code="incident_created",
        recipients=members(session, [OPERATORS], at),
        instance_key=found.instance_key,
        cause=record.number,
        at=at,
        data={"incident": str(found.key), "element": found.element_id, "code": found.code},
    )
