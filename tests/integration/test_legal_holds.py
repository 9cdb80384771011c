"""What is held stays: scores of assignments, demo data, and whoever deletes waits for a hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from activities.house import House
from migrations.seeds.demo import removal
from models import assignment_choice, legal_hold, staff_retention
from models.legal_hold import LegalHold
from tests.integration.feedback_item import Item
from tests.integration.test_demo_data import NOW, TOOLS, add_item, count
from tests.unit.feedback_life import MORNING

pytestmark = pytest.mark.integration


def hold(**subject: Any) -> LegalHold:
    return LegalHold(
        id=uuid4(), reason_ref=uuid4(), placed_by="linmei", placed_at=MORNING, **subject
    )


def lift(engine: Engine, placed: LegalHold) -> None:
    with Session(engine) as session, session.begin():
        assert legal_hold.lift(session, placed.id, by="linmei", reason=uuid4(), at=MORNING)


def test_scores_of_a_held_item_outlive_the_year(house: House) -> None:
    item = Item(house).receive("机器无法开机，按电源键没有反应。")
    key, later = item.state.key, MORNING + timedelta(days=367)
    placed = hold(instance_key=key)

    with Session(house.engine, expire_on_commit=False) as session, session.begin():
        legal_hold.place(session, placed)
        staff_retention.delete_old(session, later)
        kept = assignment_choice.latest(session, key)
        session.expunge_all()
    lift(house.engine, placed)
    with Session(house.engine) as session, session.begin():
        staff_retention.delete_old(session, later)
        gone = assignment_choice.latest(session, key)

    assert kept is not None
    assert gone is None


@pytest.mark.parametrize("subject", ["item", "customer"])
def test_held_demo_data_stays_whole(owner_engine: Engine, subject: str) -> None:
    with Session(owner_engine, expire_on_commit=False) as session, session.begin():
        key = add_item(session, "202611-001", demo=True)
        customer_id = session.scalar(text("SELECT customer_id FROM feedback"))
        named = {"instance_key": key} if subject == "item" else {"customer_id": customer_id}
        placed = hold(**named)
        legal_hold.place(session, placed)

    with Session(owner_engine) as session, pytest.raises(removal.HeldError):
        removal.remove(session, TOOLS.vault, NOW, actor="test", people=False)

    with Session(owner_engine) as session:
        assert (count(session, "feedback"), count(session, "personal_key")) == (1, 1)
    lift(owner_engine, placed)
    with Session(owner_engine) as session, session.begin():
        removed = removal.remove(session, TOOLS.vault, NOW, actor="test", people=False)
    assert removed["feedback"] == 1


def test_a_hold_waits_for_whoever_is_deleting(app_engine: Engine) -> None:
    with Session(app_engine) as deleting, ThreadPoolExecutor(1) as pool:
        legal_hold.guard(deleting)
        placed = pool.submit(_place_soon, app_engine)

        assert placed.result(30) is False
        assert legal_hold.holds(deleting, instance_key=7) == []
    assert _place_soon(app_engine)


def test_those_who_delete_do_not_wait_for_each_other(app_engine: Engine) -> None:
    with Session(app_engine) as one, Session(app_engine) as other:
        legal_hold.guard(one)
        other.execute(text("SET LOCAL lock_timeout = '100ms'"))

        legal_hold.guard(other)


def test_the_table_holds_one_subject_a_row(session: Session) -> None:
    session.add(hold(instance_key=7, customer_id=uuid4()))

    with pytest.raises(DBAPIError, match="legal_hold_subject"):
        session.flush()


def _place_soon(engine: Engine) -> bool:
    """Place a hold unless somebody who deletes is in the way; say which."""
    with Session(engine) as session:
        session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        try:
            legal_hold.place(session, hold(instance_key=7))
        except DBAPIError:
            return False
        return True
