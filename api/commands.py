"""Commands on their way to a running instance, and what its refusals are called here (命令)."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.codes import CODES
from api.idempotency import in_transaction
from api.means import Means
from api.problem import Problem
from bpmn.commands import Command
from models.command_batch import CommandBatch
from models.process_instance import ProcessInstance, workflow_id
from workflows.messages import CommandRejectedError, InstanceBusyError, InstanceGoneError


async def deliver(means: Means, instance_key: int, command: Command) -> None:
    """Have a command carried out; its rows can be read when this returns.

    Raises:
        Problem: the refusal's own code, `process_instance_ended`, `process_instance_starting`
            or `instance_busy`.
    """
    try:
        await means.send(workflow_id(instance_key), command)
    except CommandRejectedError as error:
        if error.code in CODES:
            raise Problem(error.code, **error.data) from None
        raise Problem("command_refused", reason=error.code) from None
    except InstanceGoneError:
        known = await in_transaction(means, partial(_is_known, instance_key))
        raise Problem("process_instance_ended" if known else "process_instance_starting") from None
    except InstanceBusyError:
        raise Problem("instance_busy") from None


def _is_known(instance_key: int, session: Session) -> bool:
    return session.get(ProcessInstance, instance_key) is not None


def was_done(session: Session, instance_key: int, command_id: str) -> bool:
    """Say whether this very command was carried out before."""
    own = select(col(CommandBatch.first_number)).where(
        col(CommandBatch.instance_key) == instance_key,
        col(CommandBatch.command_id) == command_id,
    )
    return session.execute(own).first() is not None
