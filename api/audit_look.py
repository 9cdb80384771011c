"""An auditor opens an instance: who may, and the record of the look (审计查看)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from fastapi import Depends
from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from api.authentication import Caller
from api.instance_visibility import of_content, visible_instance
from api.means import Means
from api.permissions import Allowed
from models import access_record, feedback
from models.access_record import AccessRecord
from models.feedback import Feedback
from models.process_instance import ProcessInstance

Auditor = Annotated[Caller, Depends(Allowed("audit.replay"))]
ACTION = "replay"
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('look ' || :look, 0))")
# Whoever moves the slider looks once, not a thousand times.
_OPENING = timedelta(minutes=30)
ERRORS = (
    "fields_invalid",
    "process_instance_not_found",
    "process_instance_not_yours",
    "process_instance_starting",
)


class Opened(NamedTuple):
    """An instance that somebody looks at, and its item, None without one."""

    instance: ProcessInstance
    item: Feedback | None


def open_instance(session: Session, means: Means, caller: Caller, key: int) -> Opened:
    """Return an instance that may be seen, and record that it is looked at, once per opening.

    Raises:
        Problem: as `visible_instance`.
    """
    instance = visible_instance(session, of_content(caller), key)
    item = feedback.find(session, key)
    subject = item.number if item else str(key)
    now = means.now()
    if not _looked(session, caller.username, subject, now):
        # A page asks for several views at once: one of them records the look.
        session.execute(_ONE_AT_A_TIME, {"look": f"{caller.username} {subject}"})
        if not _looked(session, caller.username, subject, now):
            data = {"instance": str(key)}
            access_record.append(
                session, at=now, actor=caller.username, action=ACTION, subject=subject, data=data
            )
    return Opened(instance, item)


def _looked(session: Session, username: str, subject: str, now: datetime) -> bool:
    seen = exists().where(
        col(AccessRecord.subject) == subject,
        col(AccessRecord.at) > now - _OPENING,
        col(AccessRecord.actor) == username,
        col(AccessRecord.action) == ACTION,
    )
    return bool(session.scalar(select(seen)))
