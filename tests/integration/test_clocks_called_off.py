"""Clocks that nobody waits for any more: neither met nor breached."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from activities.house import House
from bpmn.commands import CancelInstance, ModifyInstance
from models import service_clock
from tests.integration.feedback_item import Item

pytestmark = pytest.mark.integration
FAULT = "机器无法开机，指示灯不亮"


def states(item: Item) -> dict[str, str]:
    """What became of each kind of clock, the newest of it."""
    with Session(item.house.engine) as session:
        found = service_clock.limits_of(session, [item.state.key])[item.state.key]
        return {kind: one.state for kind, one in found.items()}


def test_a_withdrawal_calls_off_what_runs_and_leaves_what_was_met(house: House) -> None:
    item = Item(house).receive(FAULT)
    item.complete("accept", "li.si")

    item.publish("feedback_withdrawn")

    found = states(item)
    assert found["acceptance"] == "met"
    assert {found["solution"], found["first_response"]} == {"canceled"}


def test_an_instance_that_is_canceled_has_met_nothing(house: House) -> None:
    item = Item(house).receive(FAULT)

    item.do(CancelInstance(id="cancel", actor="admin", reason="operator"))

    assert set(states(item).values()) == {"canceled"}


def test_whoever_sends_back_calls_off_the_clocks_of_what_was_not_done(house: House) -> None:
    item = Item(house).receive(FAULT)
    item.complete("accept", "li.si")
    process = next(e for e in item.state.elements.values() if e.element == "process")

    back = ModifyInstance(
        id="back",
        actor="li.si",
        activate=[{"element": "accept"}],
        terminate=[process.key],
        status="pending",
    )
    item.do(back)

    found = states(item)
    assert (found["acceptance"], found["progress"]) == ("running", "canceled")
