"""The item is given to a department and to the member with the least work (派单)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import subject
from bpmn.clock import to_text
from models import person, workload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from activities.step import Step
    from models.person import Person

HEAD = "head"


def assign(step: Step) -> dict[str, Any]:
    """Choose who shall accept the item and work out when it is due.

    The choice is kept with its load and with those who were not chosen.
    """
    item = subject.item(step)
    group = subject.value(step, "routing", "candidate_group")
    members = _members(person.in_group(step.session, group) if group else ())
    loads = workload.open_items(step.session, members)
    ranked = sorted(members, key=lambda name: (loads[name], name))
    candidates = [{"username": name, "load": loads[name]} for name in ranked]
    item.department = subject.value(step, "routing", "department")
    item.assignee = ranked[0] if ranked else None
    if solution := subject.value(step, "service_level", "solution"):
        item.due_at = step.clock.after(item.received_at, solution)
    return {
        "assignment": {
            "group": group,
            "assignee": item.assignee,
            "load": loads[ranked[0]] if ranked else None,
            "others": candidates[1:],
        },
        "due_at": to_text(item.due_at) if item.due_at else None,
    }


def _members(people: Sequence[Person]) -> list[str]:
    """Return those who do the work; the head only where there is nobody else."""
    workers = [one.username for one in people if HEAD not in one.roles]
    return workers or [one.username for one in people]
