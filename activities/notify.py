"""A notice that the drawing asks for: which one and to whom stand in the task's headers (通知)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import notices, subject
from bpmn.clock import to_text
from models import absence, workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from activities.step import Step
    from models.feedback import Feedback

OWNER, HEAD, RUNG = "owner", "head", "rung"
DUTY = "duty_manager"
DUTY_MANAGER = f"role.{DUTY}"


def notify(step: Step) -> dict[str, Any]:
    """Put the notice `notice` into the inboxes of those in `to`, words with spaces between.

    `owner` is who processes the item, `head` the head of its department, any other word a role.
    `rung` stands for those whom the variable `rung` names, in the same words.
    """
    item = subject.item(step)
    to = step.headers["to"]
    told = str(step.variables[RUNG]) if to == RUNG else to
    tell(step, item, step.headers["notice"], told.split())
    return {}


def tell(step: Step, item: Feedback, code: str, to: list[str], **data: Any) -> None:
    """Tell people about an item; nobody is told twice."""
    due = {"due_at": to_text(item.due_at)} if item.due_at else {}
    notices.put(
        step.session,
        step.house,
        code=code,
        recipients=dict.fromkeys(name for who in to for name in _people(step, item, who)),
        instance_key=step.instance_key,
        cause=step.job_key,
        at=step.now,
        data={"number": item.number} | due | data,
    )


def in_charge(step: Step, group: str) -> list[str]:
    """Return the members of a group; without any, the duty manager: nothing is swallowed."""
    found = notices.members(step.session, [group], step.now)
    return found or notices.members(step.session, [DUTY_MANAGER], step.now)


def _people(step: Step, item: Feedback, who: str) -> Iterator[str]:
    if who == OWNER:
        yield from _owners(step, item)
    elif who == HEAD:
        yield from in_charge(step, f"{item.department}.head")
    else:
        yield from in_charge(step, f"role.{who}")


def _owners(step: Step, item: Feedback) -> Iterator[str]:
    """Yield who processes an item, whoever stands in for them, and the head where nobody does."""
    session = step.session
    owners = [item.assignee] if item.assignee else workload.at_work_on(session, item.id)
    away = absence.absent(session, owners, step.now)
    yield from owners
    yield from (delegate for delegate in away.values() if delegate is not None)
    if not owners or None in away.values():
        yield from in_charge(step, f"{item.department}.head")
