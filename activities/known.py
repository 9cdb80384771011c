"""What drawings may refer to in this house: steps, groups, limits (已知事物)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from activities.registry import HANDLERS
from activities.status_walk import illegal_steps
from bpmn.lint import Finding, Known, Law
from models import department, service_clock
from models.person import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from bpmn.model import Definition

# References that the intake, messages and steps bring; those of forms are read from the forms.
PERSONAL = frozenset(
    {"description", "contact", "message", "comment", "reason", "extension.reason", "customer.name"}
)
_LAWS = Path(__file__).with_name("limit_laws.csv")


def known(session: Session | None = None, time_scale: float = 1.0) -> Known:
    """Return what the rules are told of this house as it is now; groups only from a database.

    Where time is played at another pace, as in a demonstration, no law says how long a limit is.
    """
    return Known(
        job_types=frozenset(HANDLERS),
        groups=frozenset(_groups(session)) if session else None,
        limits=frozenset(service_clock.KINDS),
        personal=PERSONAL,
        laws=laws() if time_scale == 1.0 else tuple(law for law in laws() if not _is_span(law)),
        paths=_status_findings,
    )


def _groups(session: Session) -> Iterator[str]:
    for one in department.every(session):
        yield from (one.code, f"{one.code}.head")
    yield from (f"role.{role}" for role in ROLES)


def _is_span(law: Law) -> bool:
    return any(bound is not None and bound.startswith("P") for bound in (law.least, law.most))


@cache
def laws() -> tuple[Law, ...]:
    """Return how far the limits may go (期限上限), from the table beside this module."""
    with _LAWS.open(encoding="utf-8", newline="") as table:
        return tuple(
            Law(row["decision"], row["output"], row["least"] or None, row["most"] or None)
            for row in csv.DictReader(table)
        )


def _status_findings(definition: Definition) -> Iterator[Finding]:
    """Yield the steps between statuses that the status machine refuses."""
    return (
        Finding(
            str(step["code"]),
            str(step["resource"]),
            str(step["element"]),
            "",
            int(str(step["line"])),
            str(step["found"]),
        )
        for step in illegal_steps(definition)
    )
