"""Requests sent twice with one key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import idempotency_key
from models.feedback_number import next_number
from models.idempotency_key import LIFETIME, Claim, Reservation

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OWN = ("public", "POST /api/feedback", "key-1")


def _reserve(session: Session, *, digest: str = "body", at: datetime = NOW) -> Reservation:
    return idempotency_key.reserve(session, *OWN, body_digest=digest, at=at)


def test_an_item_posted_twelve_times_at_once_with_one_key_gets_one_number(
    app_engine: Engine,
) -> None:
    barrier = Barrier(12)

    def intake(_: int) -> str:
        with Session(app_engine) as session, session.begin():
            barrier.wait(120)
            reserved = _reserve(session)
            if reserved.claim is Claim.ANSWERED:
                return str(reserved.answer["number"])
            assert reserved.claim is Claim.NEW
            number = next_number(session, NOW)
            idempotency_key.keep_answer(session, *OWN, status_code=201, answer={"number": number})
            return number

    with ThreadPoolExecutor(12) as pool:
        numbers = list(pool.map(intake, range(12)))

    assert numbers == ["202611-001"] * 12
    with Session(app_engine) as session:
        assert next_number(session, NOW) == "202611-002"
        assert _reserve(session) == Reservation(Claim.ANSWERED, 201, {"number": "202611-001"})


def test_a_request_that_rolled_back_leaves_its_key_free(app_engine: Engine) -> None:
    with Session(app_engine) as session:
        assert _reserve(session).claim is Claim.NEW
        session.rollback()

    with Session(app_engine) as session:
        assert _reserve(session).claim is Claim.NEW


def test_one_key_with_another_body_is_told_apart(session: Session) -> None:
    _reserve(session)

    assert _reserve(session, digest="another body").claim is Claim.OTHER_BODY


def test_keys_of_other_people_and_routes_do_not_meet(session: Session) -> None:
    _reserve(session)

    for own in (("linmei", OWN[1], OWN[2]), (OWN[0], "POST /v2/messages", OWN[2])):
        reserved = idempotency_key.reserve(session, *own, body_digest="body", at=NOW)
        assert reserved.claim is Claim.NEW


def test_a_claim_committed_before_its_work_is_in_progress_until_answered_or_released(
    session: Session,
) -> None:
    _reserve(session)
    session.commit()
    assert _reserve(session).claim is Claim.IN_PROGRESS

    idempotency_key.release(session, *OWN)
    assert _reserve(session).claim is Claim.NEW

    idempotency_key.keep_answer(session, *OWN, status_code=204, answer=None)
    idempotency_key.release(session, *OWN)
    assert _reserve(session) == Reservation(Claim.ANSWERED, 204, None)


def test_after_seven_days_a_key_is_new_again(session: Session) -> None:
    _reserve(session)
    idempotency_key.keep_answer(session, *OWN, status_code=201, answer={"number": "1"})

    assert _reserve(session, at=NOW + LIFETIME).claim is Claim.ANSWERED
    later = NOW + LIFETIME + timedelta(seconds=1)
    assert _reserve(session, digest="another body", at=later).claim is Claim.NEW


def test_old_keys_are_dropped(session: Session) -> None:
    _reserve(session)

    idempotency_key.drop_old(session, NOW + LIFETIME + timedelta(seconds=1))

    assert session.get(idempotency_key.IdempotencyKey, OWN) is None
