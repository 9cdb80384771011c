"""Who could get an item, and what is known of each (候选人)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from activities.scoring import OFF, UNPLANNED, Candidate
from models import absence, assignment_choice, candidate_group, roster, skill, standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from activities.scoring import Weights
    from activities.step import Step
    from models.feedback import Feedback
    from models.person import Person

HEAD = "head"


@dataclass(frozen=True)
class Field:
    """Those who could get an item, and those who could if they were there."""

    candidates: Sequence[Candidate]
    left_out: Mapping[str, str | None]


def of_group(step: Step, item: Feedback, group: str | None, weights: Weights) -> Field:
    """Return the candidates of a group: those who do the work and are there.

    The head comes into question only where there is nobody else to do the work. Whoever stands in
    for somebody who is away does so only where no member is there: they have work of their own.
    """
    people = candidate_group.members(step.session, group, step.now) if group else ()
    members = _workers(people)
    away = absence.absent(step.session, members, step.now) if members else {}
    names: dict[str, str | None] = {name: None for name in members if name not in away}
    if not names:
        names = {delegate: name for name, delegate in sorted(away.items()) if delegate is not None}
    return Field(_known(step, item, names, weights) if names else (), away)


def _known(
    step: Step, item: Feedback, names: Mapping[str, str | None], weights: Weights
) -> list[Candidate]:
    # Before anything is counted: items that come at the same instant count each other.
    assignment_choice.alone(step.session, names)
    found = standing.of_people(
        step.session,
        list(names),
        category=item.category,
        since=step.now - timedelta(days=weights.history_days),
        lately=step.now - timedelta(days=weights.lately_days),
    )
    skilled = skill.suited(step.session, names, item.category, item.product)
    soon = timedelta(hours=weights.soon_hours)
    duties = roster.duties(step.session, names, step.now, soon)
    unnamed = OFF if duties else UNPLANNED
    return [
        Candidate(name, found[name], name in skilled, duties.get(name, unnamed), away)
        for name, away in names.items()
    ]


def _workers(people: Sequence[Person]) -> list[str]:
    workers = [one.username for one in people if HEAD not in one.roles]
    return workers or [one.username for one in people]
