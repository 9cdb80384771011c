"""Temporal's histories of a workflow: every run, through continue-as-new (流程历史)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from temporalio.service import RPCError, RPCStatusCode

from audit.history import Memory, remember
from workflows.codec import ServiceKeyCodec

if TYPE_CHECKING:
    from temporalio.client import Client, WorkflowHistory


class HistoryGoneError(LookupError):
    """Temporal has no history of the workflow: never begun, or past its retention."""


async def fetch(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """Return the histories of all runs of a workflow, oldest first.

    Runs that are past their retention are left out: the first one that is there then begins with
    the state that it was given, and not with a command.

    Raises:
        HistoryGoneError: not even the latest run is there.
        RPCError: Temporal cannot be reached.
    """
    found: list[WorkflowHistory] = []
    run: str | None = None
    while run is None or run:
        try:
            history = await client.get_workflow_handle(workflow_id, run_id=run).fetch_history()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            if not found:
                raise HistoryGoneError(workflow_id) from None
            break
        found.append(history)
        run = continued_from(history)
    return found[::-1]


async def recall(client: Client, workflow_id: str) -> Memory:
    """Return what Temporal remembers of an instance.

    Raises:
        HistoryGoneError, RPCError: as `fetch`.
        InvalidTag: another service key closed it.
    """
    codec = client.data_converter.payload_codec
    opener = codec if isinstance(codec, ServiceKeyCodec) else None
    return await asyncio.to_thread(remember, await fetch(client, workflow_id), opener)


def continued_from(history: WorkflowHistory) -> str:
    """Return the run that a run goes on from, "" for the first one."""
    return history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
