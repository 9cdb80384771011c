"""A suggestion is acknowledged at once, on the real tables (即时回执)."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.house import House
from models.outbound_message import OutboundMessage
from tests.integration.feedback_item import Item

pytestmark = pytest.mark.integration


def sent(item: Item) -> list[str]:
    own = select(col(OutboundMessage.kind)).where(
        col(OutboundMessage.feedback_id) == item.state.key,
        col(OutboundMessage.sent_at).is_not(None),
    )
    with Session(item.house.engine) as session:
        return list(session.scalars(own))


def test_the_customer_has_a_receipt_before_anybody_accepted_the_suggestion(house: House) -> None:
    item = Item(house).receive("希望增加批量导出", type="request")

    assert sent(item) == ["receipt"]
    assert [task.element for task in item.state.user_tasks.values()] == ["accept"]


def test_another_urgency_brings_no_second_receipt(house: House) -> None:
    item = Item(house).receive("希望增加批量导出", type="request")

    item.publish("clock_changed", clock_changed={"cause": "urgency", "urgency": "urgent"})

    assert sent(item) == ["receipt"]


def test_a_fault_brings_no_receipt(house: House) -> None:
    item = Item(house).receive("机器无法开机", type="repair")

    assert sent(item) == []
