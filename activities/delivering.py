"""A message or signal on its way into a running instance, and what becomes of it (投递)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from activities import publishing
from activities.contracts import BUSY
from bpmn.commands import BroadcastSignal, Command, PublishMessage
from models import command_batch, delivery
from models.event_subscription import SIGNAL

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from models.delivery import Owed

# Longer than an attempt takes, and as long as what a killed worker had in hand stays with it.
LEASE = timedelta(seconds=10)
_FIRST_PAUSE = timedelta(seconds=0.25)
_LONGEST_PAUSE = timedelta(minutes=1)
_DOUBLINGS = 8


def command_of(owed: Owed) -> Command:
    """Return the command that delivers; its id is the same at every attempt."""
    if owed.type == SIGNAL:
        return BroadcastSignal(
            id=f"signal:{owed.publication_key}",
            actor=owed.publisher,
            name=owed.name,
            variables=owed.variables,
        )
    return PublishMessage(
        id=f"message:{owed.publication_key}:{owed.subscription_key}",
        actor=owed.publisher,
        name=owed.name,
        correlation_key=owed.correlation_key,
        variables=owed.variables,
        subscription=owed.subscription_key,
    )


def settle(session: Session, owed: Owed, outcome: str, now: datetime) -> None:
    """Note what became of an attempt.

    Args:
        session: a transaction of its own.
        owed: the delivery.
        outcome: "" when it was carried out, `BUSY`, or why the instance refused it.
        now: when.
    """
    key, recipient = owed.publication_key, owed.recipient
    if not outcome or _was_done(session, owed, outcome):
        delivery.acknowledge(session, key, recipient, now)
    elif outcome == BUSY or delivery.is_awaited(session, owed):
        # Refused though it is awaited: the workflow has not heard yet of its own last batch.
        pause = min(_FIRST_PAUSE * 2 ** min(owed.attempts, _DOUBLINGS), _LONGEST_PAUSE)
        delivery.put_off(session, key, recipient, outcome, now + pause)
    else:
        publishing.match_again(session, key, recipient, now)


def _was_done(session: Session, owed: Owed, outcome: str) -> bool:
    """Tell whether the refused command was carried out before, by a dispatcher since killed."""
    if outcome == BUSY:
        return False
    return command_batch.is_committed(session, owed.instance_key, command_of(owed).id)
