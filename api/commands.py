"""Commands on their way to a running instance, and what its refusals are called here (命令)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from random import random
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.codes import CODES
from api.idempotency import Answer, Once, carry_out, in_transaction
from api.means import Means
from api.problem import Problem
from bpmn.commands import Command
from models.command_batch import CommandBatch
from models.process_instance import ProcessInstance, workflow_id
from workflows.messages import CommandRejectedError, InstanceBusyError, InstanceGoneError

CODES_OF_COMMANDS = (
    "idempotency_key_invalid",
    "request_invalid",
    "idempotency_key_reused",
    "process_instance_ended",
    "process_instance_starting",
    "instance_busy",
)
# Looks at the rows, in a transaction, and makes the command for an instance; None if this very
# request was done before.
Prepare = Callable[[Session], tuple[int, Command | None]]
# Looks at the rows once more, and raises what refuses the command by now.
Recheck = Callable[[Session], object]
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


async def carry_out_command(means: Means, asked: Once, prepare: Prepare) -> Answer:
    """Carry out a request that becomes a command; its rows can be read when this returns.

    Raises:
        Problem: what `prepare` raises, and whatever the instance refuses.
    """

    async def work() -> Answer:
        instance_key, command = await in_transaction(means, prepare)
        if command is not None:
            await deliver(means, instance_key, command)
        return Answer(204)

    return await carry_out(means, asked, work)


async def deliver(
    means: Means, instance_key: int, command: Command, recheck: Recheck | None = None
) -> None:
    """Have a command carried out; its rows can be read when this returns.

    A busy instance is asked again with the same command, at random intervals that grow, as long
    as the request may last; `recheck` may refuse before each further attempt. An engine that says
    nothing at all is waited for twice as long, and no longer.

    Raises:
        Problem: the refusal's own code, `process_instance_ended`, `process_instance_starting`
            or `instance_busy`; what `recheck` raises.
    """
    try:
        async with asyncio.timeout(2 * means.patience):
            await _ask(means, instance_key, command, recheck)
    except TimeoutError:
        raise Problem("instance_busy") from None


async def _ask(means: Means, instance_key: int, command: Command, recheck: Recheck | None) -> None:
    until = monotonic() + means.patience
    for pause in _pauses():
        try:
            await _send(means, instance_key, command)
        except InstanceBusyError:
            if monotonic() + pause > until:
                raise Problem("instance_busy") from None
        else:
            return
        await asyncio.sleep(pause)
        look = partial(_look_again, instance_key, command.id, recheck)
        if await in_transaction(means, look):
            return


def _pauses() -> Iterator[float]:
    """Yield seconds to wait: the many who were sent away together must not return together."""
    longest = _FIRST_PAUSE
    while True:
        yield longest * (0.5 + random() / 2)  # noqa: S311 (to spread, not to hide)
        longest = min(longest * 2, _LONGEST_PAUSE)


def _look_again(
    instance_key: int, command_id: str, recheck: Recheck | None, session: Session
) -> bool:
    """Say whether the command was carried out after all."""
    if was_done(session, instance_key, command_id):
        return True
    if recheck is not None:
        recheck(session)
    return False


async def _send(means: Means, instance_key: int, command: Command) -> None:
    try:
        await means.send(workflow_id(instance_key), command)
    except CommandRejectedError as error:
        if error.code in CODES:
            raise Problem(error.code, **error.data) from None
        raise Problem("command_refused", reason=error.code) from None
    except InstanceGoneError:
        known = await in_transaction(means, partial(_is_known, instance_key))
        raise Problem("process_instance_ended" if known else "process_instance_starting") from None


def _is_known(instance_key: int, session: Session) -> bool:
    return session.get(ProcessInstance, instance_key) is not None


def was_done(session: Session, instance_key: int, *command_ids: str) -> bool:
    """Say whether this very command was carried out before, under one of its ids."""
    own = select(col(CommandBatch.first_number)).where(
        col(CommandBatch.instance_key) == instance_key,
        col(CommandBatch.command_id).in_(command_ids),
    )
    return session.execute(own).first() is not None
