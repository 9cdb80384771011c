"""A step back in a process: what it means for the item, and how it is carried out (回退)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.registry import HANDLERS
from api.authentication import Caller
from api.commands import deliver, was_done
from api.idempotency import Answer, carry_out, in_transaction, once
from api.means import Means
from api.paging import Shape
from api.problem import Problem
from api.task_commands import Conditions
from bpmn.commands import ModifyInstance
from bpmn.records import Kind
from bpmn.story import Work
from models import audit_record, feedback
from models.command_batch import CommandBatch

# These cannot be made undone; what others do outside is not known either.
_LEAVE_THE_HOUSE = frozenset({"feedback.reply", "survey.send", "survey.remind", "publish-message"})


class StepBack(Shape):
    """Where the process stands again. What left the house since, stays done (不可撤回)."""

    element_id: str
    status: str | None
    stays_done: list[str] = Field(default_factory=list)


EXAMPLE = {"elementId": "process", "status": "processing", "staysDone": ["reply"]}


@dataclass(frozen=True)
class Asked:
    """Who asks for which step back, under which conditions."""

    caller: Caller
    route: str
    conditions: Conditions
    body: BaseModel | None


# Looks at the rows and makes the command of this id, or none if it may have been and was carried
# out before; or refuses.
Make = Callable[[Session, str, bool], tuple[int, ModifyInstance | None]]


def is_legal(session: Session, instance_key: int, statuses: Iterable[str]) -> bool:
    """Say whether an item may come into these statuses one after another."""
    item = feedback.find(session, instance_key)
    if item is None:
        return True
    status = item.status
    for target in statuses:
        if target != status and target not in feedback.targets(status):
            return False
        status = target
    return True


def stays_done(work: Iterable[Work]) -> list[str]:
    """Return the elements whose work had effects outside."""
    outside = (w.element for w in work if w.type in _LEAVE_THE_HOUSE or w.type not in HANDLERS)
    return list(dict.fromkeys(outside))


async def carry_out_step_back(
    means: Means,
    asked: Asked,
    make: Make,
    after: Callable[[int, str], Awaitable[None]] | None = None,
) -> Answer:
    """Carry out a step back once; its rows can be read when this returns.

    Args:
        means: the way to the instance.
        asked: who asks.
        make: makes the command.
        after: what follows, with the instance and the id of the command.

    Raises:
        Problem: what `make` raises, and whatever the instance refuses.
    """
    key = asked.conditions.idempotency_key
    handle = once(means, asked.caller.username, asked.route, key, asked.body)
    identity = handle.command_id()

    async def work() -> Answer:
        instance_key, command = await in_transaction(
            means, lambda session: make(session, identity, key is not None)
        )
        if command is not None:
            await deliver(means, instance_key, command)
        if after is not None:
            await after(instance_key, identity)
        return await in_transaction(means, partial(_answer, instance_key, identity))

    return await carry_out(means, handle, work)


def done_before(session: Session, instance_key: int, identity: str, may_be_done: bool) -> bool:
    """Say whether this very step back was carried out before."""
    return may_be_done and was_done(session, instance_key, identity)


def _answer(instance_key: int, identity: str, session: Session) -> Answer:
    """Tell what was recorded, which a repetition tells as well."""
    own = select(col(CommandBatch.first_number)).where(
        col(CommandBatch.instance_key) == instance_key,
        col(CommandBatch.command_id) == identity,
    )
    first = session.scalar(own)
    if first is None:
        raise Problem("instance_busy")
    records = audit_record.read(session, instance_key, after=first - 1)
    data = next(r["data"] for r in records if r["kind"] == Kind.INSTANCE_MODIFIED)
    item = feedback.find(session, instance_key)
    view = StepBack(
        element_id=data["activate"][0],
        status=item.status if item else None,
        stays_done=data["reason"]["stays_done"],
    )
    return Answer(200, view.model_dump(mode="json", by_alias=True))
