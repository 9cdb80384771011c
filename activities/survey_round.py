"""The customer is asked how satisfied they are, and the answer is noted (满意度调查)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import outbound, subject, survey_link
from bpmn.clock import to_text
from models import survey
from models.survey import SCORES, Survey

if TYPE_CHECKING:
    from activities.step import Step


class ScoreUnknownError(ValueError):
    """The answer is none of the five."""

    code = "score_unknown"


def send(step: Step) -> dict[str, Any]:
    """Open a round and send its link; it ends when the process stops waiting."""
    item = subject.item(step)
    outbound.leave_house_if_needed(step, item)
    expires_at = step.clock.after(step.now, step.variables["limits"]["survey_expiry"])
    # The round has the id of the message that asks for it: a repetition is the same round.
    key = outbound.message_id(step)
    number = len(survey.of_feedback(step.session, item.id)) + 1
    survey.create(
        step.session, Survey(id=key, feedback_id=item.id, round=number, expires_at=expires_at)
    )
    token = survey_link.sign(key, expires_at, step.house.link_key)
    data = {
        "number": item.number,
        "link": survey_link.address(step.house.public_url, token),
        "expires_at": to_text(expires_at),
    }
    outcome = outbound.send(step, item, kind="survey", data=data)
    if outcome == "sent":
        survey.sent(step.session, key, step.now)
    return {"survey": {"id": str(key), "round": number, "status": outcome}}


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
