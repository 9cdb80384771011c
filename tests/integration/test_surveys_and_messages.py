"""Surveys and messages to customers."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import feedback, outbound_message, survey
from models.feedback import Feedback
from models.outbound_message import OutboundMessage
from models.survey import Outcome, Survey

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ITEM = 1 << 20


@pytest.fixture(autouse=True)
def item(app_engine: Engine) -> None:
    with Session(app_engine) as session, session.begin():
        feedback.create(
            session,
            Feedback(
                id=ITEM, number="202611-001", channel="web", submitted_at=NOW, received_at=NOW
            ),
        )


def _survey(session: Session, number: int = 1) -> UUID:
    made = Survey(id=uuid4(), feedback_id=ITEM, round=number, expires_at=NOW + timedelta(days=7))
    survey.create(session, made)
    return made.id


def test_only_the_first_answer_to_a_survey_counts(session: Session) -> None:
    asked, comment = _survey(session), uuid4()
    survey.sent(session, asked, NOW)

    first = survey.answer(session, asked, score="dissatisfied", comment_ref=comment, at=NOW)
    second = survey.answer(session, asked, score="satisfied", comment_ref=None, at=NOW)

    assert (first, second) == (Outcome.ACCEPTED, Outcome.ANSWERED_BEFORE)
    found = survey.of_feedback(session, ITEM)
    assert [(one.score, one.comment_ref, one.sent_at) for one in found] == [
        ("dissatisfied", comment, NOW)
    ]


def test_an_answer_after_the_end_or_to_nothing_is_told_apart(session: Session) -> None:
    asked = _survey(session)
    late = NOW + timedelta(days=7)

    assert (
        survey.answer(session, asked, score="neutral", comment_ref=None, at=late) is Outcome.EXPIRED
    )
    assert (
        survey.answer(session, uuid4(), score="neutral", comment_ref=None, at=NOW)
        is Outcome.UNKNOWN
    )
    with pytest.raises(ValueError, match="score"):
        survey.answer(session, asked, score="great", comment_ref=None, at=NOW)


def test_one_round_is_asked_once(session: Session) -> None:
    first = _survey(session)
    _survey(session)
    _survey(session, 2)

    assert [one.round for one in survey.of_feedback(session, ITEM)] == [1, 2]
    assert survey.of_feedback(session, ITEM)[0].id == first


def test_a_message_is_sent_once_however_often_it_is_begun(session: Session) -> None:
    def begin() -> bool:
        message = OutboundMessage(
            id=UUID(int=1), feedback_id=ITEM, kind="reply", channel="email", created_at=NOW
        )
        return outbound_message.begin(session, message)

    assert begin()
    outbound_message.failed(session, UUID(int=1), "timeout")
    assert begin()
    outbound_message.sent(session, UUID(int=1), NOW)
    assert not begin()

    found = session.get_one(OutboundMessage, UUID(int=1), populate_existing=True)
    assert (found.status, found.attempts, found.last_error) == ("sent", 2, None)
