"""The customer is asked how satisfied they are, and the answer is noted (满意度调查)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import outbound, subject, survey_link
from bpmn.clock import to_text
from models import survey
from models.survey import SCORES, Survey

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from activities.step import Step
    from models.feedback import Feedback


class ScoreUnknownError(ValueError):
    """The answer is none of the five."""

    code = "score_unknown"


def send(step: Step) -> dict[str, Any]:
    """Open a round and send its link; it ends when the process stops waiting."""
    item = subject.item(step)
    outbound.leave_house_if_needed(step, item)
    limits = step.variables["limits"]
    # The link outlives the waiting: a late answer still counts.
    expires_at = step.clock.after(step.now, limits.get("survey_link") or limits["survey_expiry"])
    # The round has the id of the message that asks for it: a repetition is the same round.
    key = outbound.message_id(step)
    number = len(survey.of_feedback(step.session, item.id)) + 1
    survey.create(
        step.session, Survey(id=key, feedback_id=item.id, round=number, expires_at=expires_at)
    )
    data = _asked(step, item, key, expires_at)
    outcome = outbound.send(step, item, kind="survey", data=data)
    if outcome == "sent":
        survey.sent(step.session, key, step.now)
    return {"survey": {"id": str(key), "round": number, "status": outcome}}


def remind(step: Step) -> dict[str, Any]:
    """Ask the customer once more, with a link to the same round."""
    item = subject.item(step)
    outbound.leave_house_if_needed(step, item)
    last = survey.of_feedback(step.session, item.id)[-1]
    if last.answered_at is not None:
        return {"reminded": "answered"}
    data = _asked(step, item, last.id, last.expires_at)
    return {"reminded": outbound.send(step, item, kind="survey_reminder", data=data)}


def _asked(step: Step, item: Feedback, survey_id: UUID, expires_at: datetime) -> dict[str, Any]:
    token = survey_link.sign(survey_id, expires_at, step.house.link_key)
    return {
        "number": item.number,
        "link": survey_link.address(step.house.public_url, token),
        "expires_at": to_text(expires_at),
    }


def record(step: Step) -> dict[str, Any]:
    """Note how satisfied the customer is.

    Raises:
        ScoreUnknownError: the answer is none of `models.survey.SCORES`.
    """
    item = subject.item(step)
    score = step.variables.get("satisfaction")
    if score not in SCORES:
        raise ScoreUnknownError
    item.satisfaction = score
    return {}
