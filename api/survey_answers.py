"""Answers of customers: recorded once, then told to the process of their item (评价答复)."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api import customer_messages
from api.commands import deliver
from api.idempotency import in_transaction
from api.means import Means
from api.problem import Problem
from bpmn.commands import PublishMessage
from models import feedback, survey
from models.survey import Outcome, Survey
from models.vault import PersonErasedError, reference

MESSAGE = "survey_answered"
_LOGGER = logging.getLogger(__name__)
_PAUSE = 30.0
_SINCE = timedelta(days=8)
# The row of the answer is its own outbox: what no batch has taken yet is told again.
_UNTOLD = text(
    "SELECT s.id FROM survey s JOIN process_instance p ON p.key = s.feedback_id"
    " WHERE s.answered_at > :since AND p.state = 'ACTIVE' AND NOT EXISTS (SELECT FROM command_batch"
    " b WHERE b.instance_key = s.feedback_id AND b.command_id = 'survey:' || s.id)"
    " ORDER BY s.answered_at LIMIT 100"
)
_PROBLEMS = {
    Outcome.ANSWERED_BEFORE: "survey_answered",
    Outcome.EXPIRED: "survey_expired",
    Outcome.UNKNOWN: "survey_not_found",
}


@dataclass(frozen=True)
class SurveyAnswer:
    """What a customer answers (评价)."""

    score: str
    comment: str | None = None


@dataclass(frozen=True)
class Told:
    """An answer as its process is told."""

    instance_key: int
    message: PublishMessage


def reply_to(session: Session, means: Means, survey_id: UUID) -> str:
    """Return the reply that a survey asks about, "" if there was none or it was erased."""
    found = session.get(Survey, survey_id)
    said = customer_messages.latest(session, means, found.feedback_id, "reply") if found else {}
    return str(said.get("text", ""))


def open_survey(session: Session, means: Means, survey_id: UUID) -> str:
    """Return the number of the item that a survey asks about.

    Raises:
        Problem: the survey is unknown, over or answered.
    """
    found = session.get(Survey, survey_id)
    item = feedback.find(session, found.feedback_id) if found else None
    if found is None or item is None:
        raise Problem("survey_not_found")
    if found.answered_at is not None:
        raise Problem("survey_answered")
    if found.expires_at <= means.now():
        raise Problem("survey_expired")
    return item.number


def record(session: Session, means: Means, survey_id: UUID, given: SurveyAnswer) -> Told:
    """Record the first answer to a survey.

    Raises:
        Problem: the survey is unknown, over or answered; nothing is kept then.
    """
    found = session.get(Survey, survey_id)
    comment = _keep_comment(session, means, found, given) if found else None
    outcome = survey.answer(
        session, survey_id, score=given.score, comment_ref=comment, at=means.now()
    )
    if outcome is not Outcome.ACCEPTED or found is None:
        raise Problem(_PROBLEMS[outcome])
    session.expire(found)
    return _told(session, found)


async def tell(means: Means, told: Told) -> bool:
    """Tell the process of an answer; return whether that is settled, one way or the other."""
    try:
        await deliver(means, told.instance_key, told.message)
    except Problem as problem:
        # Refused: the process waits for no answer any more. Otherwise it is told later.
        return problem.code not in {"instance_busy", "process_instance_starting"}
    return True


async def tell_again(means: Means) -> None:
    """Tell processes what they were not told before a crash or an outage, until cancelled."""
    settled: set[UUID] = set()
    while True:
        try:
            for told in await in_transaction(means, lambda s: untold(s, means)):
                survey_id = UUID(told.message.id.partition(":")[2])
                if survey_id not in settled and await tell(means, told):
                    settled.add(survey_id)
        except Exception as error:  # noqa: BLE001 (the loop outlives every outage)
            _LOGGER.warning("answers wait: %s", type(error).__name__)
        await asyncio.sleep(_PAUSE)


def _keep_comment(
    session: Session, means: Means, found: Survey, given: SurveyAnswer
) -> UUID | None:
    item = feedback.find(session, found.feedback_id)
    if not given.comment or item is None or item.customer_id is None:
        return None
    place = reference(item.id, f"survey:{found.id}", "comment")
    try:
        with session.begin_nested():
            means.vault.store(session, item.customer_id, place, given.comment)
    except PersonErasedError:
        return None
    return place


def _told(session: Session, found: Survey) -> Told:
    item = feedback.find(session, found.feedback_id)
    number = item.number if item else ""
    comment = {"$ref": str(found.comment_ref)} if found.comment_ref else None
    message = PublishMessage(
        id=f"survey:{found.id}",
        name=MESSAGE,
        correlation_key=number,
        variables={"satisfaction": found.score, "survey_comment": comment},
    )
    return Told(found.feedback_id, message)


def untold(session: Session, means: Means) -> list[Told]:
    """Return the answers of these days that no batch has taken yet, oldest first."""
    ids = session.scalars(_UNTOLD, {"since": means.now() - _SINCE}).all()
    found = (session.get(Survey, one) for one in ids)
    return [_told(session, one) for one in found if one is not None]
