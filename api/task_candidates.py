"""Who a task is offered to: only people and groups that there are (候选人)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.problem import Problem
from models import candidate_group, person


def check_candidates(session: Session, changes: Mapping[str, Any], at: datetime) -> None:
    """Refuse groups without members and people who do not work here: nobody would see the task.

    Raises:
        Problem: `request_invalid`, with the places.
    """
    unknown = [*_groups(session, changes, at), *_users(session, changes)]
    if unknown:
        errors = [{"field": f"changeset.{place}", "code": "value_unknown"} for place in unknown]
        raise Problem("request_invalid", errors=errors)


def _groups(session: Session, changes: Mapping[str, Any], at: datetime) -> Iterator[str]:
    for number, group in enumerate(changes.get("candidate_groups", ())):
        if not candidate_group.members(session, group, at):
            yield f"candidateGroups.{number}"


def _users(session: Session, changes: Mapping[str, Any]) -> Iterator[str]:
    for number, username in enumerate(changes.get("candidate_users", ())):
        found = person.find(session, username)
        if found is None or not found.active:
            yield f"candidateUsers.{number}"
