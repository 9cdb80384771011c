"""Histories replayed with the present workflow code: whether it goes the same way (代码回放).

A worker that cannot replay the history of a running instance is stuck with it: this runs before
workers are rolled, and in CI over recorded histories.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from temporalio.client import Client
    from temporalio.converter import DataConverter

# The engine of the SDK names what did not fit; it never sees a payload.
_CODE = re.compile(r"TMPRL\d+")


@dataclass(frozen=True, slots=True)
class Unreplayable:
    """A history that the code cannot follow.

    Attributes:
        error: the kind of failure, such as `NondeterminismError`.
        told: what the SDK says did not fit.
    """

    workflow_id: str
    run_id: str
    error: str
    told: str


@dataclass(slots=True)
class CodeReplay:
    """How many histories were replayed, and which could not be."""

    replayed: int = 0
    unreplayable: list[Unreplayable] = field(default_factory=list)


async def replay(
    histories: AsyncIterator[WorkflowHistory],
    converter: DataConverter,
    *,
    workflows: Sequence[type] = (),
) -> CodeReplay:
    """Replay histories, one after another, however many cannot be.

    Args:
        histories: of runs, open or closed.
        converter: opens what they hold.
        workflows: the code; that of the present without any.
    """
    found = CodeReplay()
    replayer = Replayer(
        workflows=list(workflows or (ProcessWorkflow,)),
        workflow_runner=runner(),
        data_converter=converter,
    )
    async with replayer.workflow_replay_iterator(histories) as results:
        async for result in results:
            found.replayed += 1
            if (failure := result.replay_failure) is not None:
                found.unreplayable.append(_told(result.history, failure))
    return found


def _told(history: WorkflowHistory, failure: BaseException) -> Unreplayable:
    kind = type(failure).__name__
    # What code of ours raises may quote a value: only its kind is told.
    told = str(failure).strip() if _CODE.search(str(failure)) else ""
    return Unreplayable(history.workflow_id, history.run_id, kind, told)


async def of_files(paths: Sequence[Path]) -> AsyncIterator[WorkflowHistory]:
    """Yield the histories of JSON files, as Temporal's own tools write them."""
    for path in paths:
        yield WorkflowHistory.from_json(path.stem, path.read_text("utf-8"))


async def of_runs(
    client: Client, runs: Sequence[tuple[str, str]]
) -> AsyncIterator[WorkflowHistory]:
    """Yield the histories of runs by workflow id and run id."""
    for workflow_id, run_id in runs:
        yield await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()


async def runs_of(client: Client, query: str) -> list[tuple[str, str]]:
    """Return workflow id and run id of every run that a query finds."""
    return [(one.id, one.run_id) async for one in client.list_workflows(query)]
