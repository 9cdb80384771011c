"""Waiting until an instance has come to its end, for those who ask for its result (等待完成)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.idempotency import in_transaction
from api.means import Means
from api.problem import Problem
from models.process_instance import ProcessInstance
from models.variable import Variable

_FIRST_LOOK = 0.02
_LONGEST_PAUSE = 0.5


async def completed(
    means: Means, key: int, names: Sequence[str], patience: float
) -> dict[str, Any]:
    """Return the variables of a process once it has completed, those of some names or all.

    Args:
        means: the database.
        key: the instance, which may not have begun.
        names: of variables; none means all.
        patience: how many seconds at the most; the instance goes on in any case.

    Raises:
        Problem: `process_instance_not_completed` in time, or `process_instance_canceled`.
    """
    pause = _FIRST_LOOK
    try:
        async with asyncio.timeout(patience):
            while (state := await in_transaction(means, partial(_state, key))) == "ACTIVE":
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, _LONGEST_PAUSE)
    except TimeoutError:
        raise Problem("process_instance_not_completed", key=str(key)) from None
    if state != "COMPLETED":
        raise Problem("process_instance_canceled", key=str(key))
    return await in_transaction(means, partial(_variables, key, names))


def _state(key: int, session: Session) -> str:
    own = select(col(ProcessInstance.state)).where(col(ProcessInstance.key) == key)
    return session.scalar(own) or "ACTIVE"


def _variables(key: int, names: Sequence[str], session: Session) -> dict[str, Any]:
    own = select(col(Variable.name), col(Variable.value)).where(col(Variable.scope_key) == key)
    if names:
        own = own.where(col(Variable.name).in_(names))
    return {row.name: row.value for row in session.execute(own.order_by(col(Variable.name)))}
