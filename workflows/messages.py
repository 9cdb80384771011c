"""How the doors speak to a running instance: commands by Update, its state by Query."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities import contracts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from temporalio.client import Client

    from bpmn.commands import Command

_PATIENCE = timedelta(seconds=20)
_SHORT_PATIENCE = timedelta(seconds=5)


class CommandRejectedError(Exception):
    """The instance refused the command; nothing has changed. `code` and data for the client."""

    def __init__(self, code: str, data: dict[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


class InstanceGoneError(Exception):
    """The workflow has ended or never began."""


class InstanceBusyError(Exception):
    """No answer in time or too many commands at once: the same command may be sent again."""


async def send(
    client: Client, workflow_id: str, command: Command, patience: timedelta = _PATIENCE
) -> None:
    """Have a command carried out; its rows can be read when this returns.

    The command's id is the update's: sending it again gives the first answer.

    Raises:
        CommandRejectedError: the state forbids it.
        InstanceGoneError: there is no such running workflow.
        InstanceBusyError: try again with the same command.
    """
    handle = client.get_workflow_handle(workflow_id)
    try:
        async with asyncio.timeout(patience.total_seconds()):
            await handle.execute_update(
                contracts.COMMAND, command.to_json(), id=command.id, rpc_timeout=patience
            )
    except WorkflowUpdateFailedError as error:
        raise _rejected(error) from None
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise InstanceBusyError from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise InstanceGoneError from None
        raise InstanceBusyError from None


async def outcome(sending: Awaitable[None]) -> str:
    """Return "" when a command was carried out, the code of its refusal, or `BUSY` or `GONE`."""
    try:
        await sending
    except CommandRejectedError as error:
        return error.code
    except InstanceGoneError:
        return contracts.GONE
    except InstanceBusyError:
        return contracts.BUSY
    return ""


def sender(client: Client) -> Callable[[str, Command], Awaitable[str]]:
    """Return what a dispatcher sends commands with: short patience, since it comes back."""

    async def attempt(workflow_id: str, command: Command) -> str:
        return await outcome(send(client, workflow_id, command, _SHORT_PATIENCE))

    return attempt


def _rejected(error: WorkflowUpdateFailedError) -> Exception:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        data = cause.details[0] if cause.details else {}
        return CommandRejectedError(cause.type, data)
    return InstanceBusyError()


async def state(client: Client, workflow_id: str) -> dict[str, Any]:
    """Return the state that a workflow has, as JSON of `bpmn.state.State`."""
    found: dict[str, Any] = await client.get_workflow_handle(workflow_id).query(contracts.STATE)
    return found
