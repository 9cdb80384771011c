"""What is owed and has not arrived, counted for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlmodel import col

from models import archived_instance
from models.delivery import Delivery
from models.incident import Incident
from models.notice_delivery import NoticeDelivery
from models.outbound_message import OutboundMessage
from models.start_request import StartRequest


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in one place (积压): how much, since when, how much has failed at least once."""

    name: str
    waiting: int
    failing: int
    oldest: datetime | None


def backlogs(session: Session, now: datetime, retention_days: int) -> list[Backlog]:
    """Return what waits everywhere: starts, messages between instances, notices, replies, archives.

    Of archives those fail that are not made though Temporal will soon forget their histories.
    """
    return [
        _backlog(
            session,
            "start_requests",
            StartRequest.created_at,
            col(StartRequest.acknowledged_at).is_(None),
            failing=col(StartRequest.attempts) > 0,
        ),
        _backlog(
            session,
            "deliveries",
            Delivery.created_at,
            col(Delivery.delivered_at).is_(None),
            failing=col(Delivery.last_error).is_not(None),
        ),
        _backlog(
            session,
            "notices",
            NoticeDelivery.created_at,
            col(NoticeDelivery.sent_at).is_(None),
            col(NoticeDelivery.next_attempt_at).is_not(None),
            failing=col(NoticeDelivery.attempts) > 0,
        ),
        _backlog(
            session,
            "customer_messages",
            OutboundMessage.created_at,
            col(OutboundMessage.sent_at).is_(None),
            failing=col(OutboundMessage.status) == "failed",
        ),
        _backlog(
            session,
            "incidents",
            Incident.created_at,
            col(Incident.state) == "ACTIVE",
            failing=col(Incident.state) == "ACTIVE",
        ),
        _archives(session, archived_instance.late_before(now, retention_days)),
    ]


def _archives(session: Session, late_before: datetime) -> Backlog:
    owed = archived_instance.count_owed(session, late_before=late_before)
    return Backlog("archives", owed.waiting, owed.late, owed.oldest)


def _backlog(
    session: Session,
    name: str,
    since: datetime | InstrumentedAttribute[Any],
    *waits: ColumnElement[bool],
    failing: ColumnElement[bool],
) -> Backlog:
    asked = select(func.count(), func.count().filter(failing), func.min(since)).where(*waits)
    waiting, failed, oldest = session.execute(asked).one()
    return Backlog(name, waiting, failed, oldest)
