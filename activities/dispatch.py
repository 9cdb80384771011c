"""Start requests -> workflows: what intake stored is started until it is acknowledged (派发)."""

from __future__ import annotations

import asyncio
import logging
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.bell import Bell
from activities.contracts import WORKFLOW, Start
from models import start_request

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from models.start_request import StartRequest

_LOGGER = logging.getLogger(__name__)
_LONGEST_PAUSE = timedelta(minutes=1)
_AT_ONCE = 20


class Dispatcher:
    """Starts the workflows that are owed; several may run side by side."""

    def __init__(self, engine: Engine, client: Client, task_queue: str) -> None:
        self._engine = engine
        self._client = client
        self._task_queue = task_queue

    async def run(self) -> None:
        """Dispatch until cancelled; what fails is tried again later, never given up."""
        with closing(Bell(self._engine, "bihuan_start")) as bell:
            while True:
                try:
                    found = await self.once()
                except Exception as error:  # noqa: BLE001 (the loop outlives every outage)
                    _LOGGER.warning("dispatch failed: %s", type(error).__name__)
                    found = 0
                if found < _AT_ONCE:
                    await bell.wait()

    async def once(self) -> int:
        """Start the oldest owed workflows; return how many were looked at."""
        with Session(self._engine) as session, session.begin():
            now = datetime.now(UTC)
            due = start_request.due(session, now, _AT_ONCE)
            outcomes = await asyncio.gather(*(self._start(request) for request in due))
            started = [r.instance_key for r, error in zip(due, outcomes, strict=True) if not error]
            start_request.acknowledge(session, started, now)
            for request, error in zip(due, outcomes, strict=True):
                if error:
                    pause = min(timedelta(seconds=2**request.attempts), _LONGEST_PAUSE)
                    start_request.fail(session, request.instance_key, error, now + pause)
            return len(due)

    async def _start(self, request: StartRequest) -> str:
        """Start one workflow; return "" or the code of what went wrong."""
        try:
            await self._client.start_workflow(
                WORKFLOW,
                Start(request.instance_key, request.payload),
                id=request.workflow_id,
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            )
        except WorkflowAlreadyStartedError:
            # It has even ended: an acknowledgement was lost.
            return ""
        except Exception as error:  # noqa: BLE001 (kept with the request and tried again)
            return type(error).__name__
        return ""
