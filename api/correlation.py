"""A message handed over at once: who waited, and whether the instance has it (同步关联)."""

from __future__ import annotations

import asyncio
from functools import partial

from sqlalchemy.orm import Session

from activities.contracts import BUSY
from activities.delivering import LEASE, command_of, settle
from api.idempotency import in_transaction
from api.means import Means
from api.problem import Problem
from models import delivery, publication
from models.delivery import Owed
from models.process_instance import workflow_id
from workflows.messages import outcome

# So many who waited may have gone while we were on the way.
_MOST_ATTEMPTS = 5
_PAUSE = 0.1


class _InOtherHands:
    """Somebody else delivers the message at this moment."""


def take_first(session: Session, means: Means, message_key: int, name: str) -> None:
    """Keep the dispatchers from the first delivery, which this request does itself.

    Raises:
        Problem: `message_not_correlated`, when nobody waits.
    """
    if delivery.take(session, message_key, means.now(), lease=LEASE) is None and not delivery.of(
        session, message_key
    ):
        raise Problem("message_not_correlated", name=name)


async def correlate(means: Means, message_key: int, name: str) -> int:
    """Deliver a published message; return the first instance that has it.

    Raises:
        Problem: `message_not_correlated`, when nobody waits any more; `instance_busy`, when it is
            open whether the instance has it: the dispatchers go on.
    """
    for _ in range(_MOST_ATTEMPTS):
        owed = await in_transaction(means, partial(_next, means, message_key))
        if isinstance(owed, int):
            return owed
        if owed is None:
            raise Problem("message_not_correlated", name=name)
        if isinstance(owed, _InOtherHands):
            await asyncio.sleep(_PAUSE)
            continue
        said = await outcome(means.send(workflow_id(owed.instance_key), command_of(owed)))
        await in_transaction(means, partial(_settle, means, owed, said))
        if said == BUSY:
            break
    raise Problem("instance_busy")


def _next(means: Means, message_key: int, session: Session) -> Owed | int | _InOtherHands | None:
    """Return the instance that has the message, or else the delivery to be done next."""
    had = _had(session, message_key)
    if had is not None:
        return had
    owed = delivery.take(session, message_key, means.now(), lease=LEASE)
    if owed is not None:
        return owed
    # The same request at the same moment may have delivered it since, or be about to.
    session.expire_all()
    had = _had(session, message_key)
    if had is not None:
        return had
    if delivery.of(session, message_key):
        return _InOtherHands()
    # Asked again under the same key, it looks anew for somebody who waits.
    publication.delete(session, message_key)
    return None


def _had(session: Session, message_key: int) -> int | None:
    """Return the first instance that has a message."""
    delivered = (d for d in delivery.of(session, message_key) if d.delivered_at is not None)
    return next((one.instance_key for one in delivered), None)


def _settle(means: Means, owed: Owed, said: str, session: Session) -> None:
    settle(session, owed, said, means.now())
