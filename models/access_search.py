"""Looks and acts around the process, searched by who, what, to what and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col

from models.access_record import AccessRecord


@dataclass(frozen=True)
class Wanted:
    """Which records (访问记录查询): from a moment on, before another; None leaves it open."""

    actor: str | None = None
    actions: Sequence[str] = ()
    subject: str | None = None
    start: datetime | None = None
    end: datetime | None = None


def matching(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that records must meet."""
    if wanted.actor is not None:
        yield col(AccessRecord.actor) == wanted.actor
    if wanted.actions:
        yield col(AccessRecord.action).in_(wanted.actions)
    if wanted.subject is not None:
        yield col(AccessRecord.subject) == wanted.subject
    if wanted.start is not None:
        yield col(AccessRecord.at) >= wanted.start
    if wanted.end is not None:
        yield col(AccessRecord.at) < wanted.end
