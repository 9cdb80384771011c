"""The item is given to a department and to the member who suits best (派单)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import due, subject
from models import person, track_record, workload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from activities.step import Step
    from models.person import Person
    from models.track_record import TrackRecord

HEAD = "head"
# How much each says of who suits: present load first, then what was solved, then experience.
_LOAD, _SOLVED, _SPECIALITY = 0.7, 0.2, 0.1


def assign(step: Step) -> dict[str, Any]:
    """Choose who shall accept the item and work out when it is due.

    The choice is kept with its score and with those who were not chosen.
    """
    item = subject.item(step)
    group = subject.value(step, "routing", "candidate_group")
    members = _members(person.in_group(step.session, group) if group else ())
    loads = workload.open_items(step.session, members)
    records = track_record.of_people(step.session, members, item.category)
    scores = {name: score(loads[name], records[name]) for name in members}
    ranked = sorted(members, key=lambda name: (-scores[name], name))
    candidates = [{"username": name, "load": loads[name], "score": scores[name]} for name in ranked]
    item.department = subject.value(step, "routing", "department")
    item.assignee = ranked[0] if ranked else None
    return {
        "assignment": {
            "group": group,
            "assignee": item.assignee,
            "load": loads[ranked[0]] if ranked else None,
            "score": scores[ranked[0]] if ranked else None,
            "others": candidates[1:],
        },
        **due.begin(step, item, item.received_at),
    }


def score(load: int, record: TrackRecord) -> float:
    """Return how well somebody suits, 0 to 1: little load, much solved, same kind of work."""
    known = min(record.same_category / 10, 1)
    return round(_LOAD / (1 + load) + _SOLVED * record.solved_share + _SPECIALITY * known, 4)


def _members(people: Sequence[Person]) -> list[str]:
    """Return those who do the work; the head only where there is nobody else."""
    workers = [one.username for one in people if HEAD not in one.roles]
    return workers or [one.username for one in people]
